"""The machine's curl, for the little that Bazel's downloader cannot do.

Bazel's downloader does not say what a server answered: neither the header that names a registry's token server, nor
the status of what failed. It does not send POST either, and sends nothing over plain HTTP without a checksum. curl is
asked only after the downloader failed; without curl there are less exact errors, and no tokens of servers that are not
known by name.
"""

def ask(rctx, url, *, headers = [], user = None, password = None, form = {}, head = False):
    """Sends one request. Nothing secret is among the arguments of a process or in a file.

    Args:
      rctx: repository context.
      url: string.
      headers: list of strings, "Name: value".
      user: string or None, for a login with a password.
      password: string or None.
      form: dict of strings: sent by POST if there are any.
      head: bool, the answer's body is not wanted.

    Returns:
      struct: status (int), headers (dict from names in lower case to lists of strings) and body (string); None
      without curl or an answer.
    """
    curl = rctx.which("curl")
    if not curl:
        return None
    lines = [_line("url", url), _line("header", "User-Agent: bazel")]
    lines += [_line("header", header) for header in headers]
    lines += [_line("data-urlencode", "{}={}".format(name, value)) for name, value in form.items()]
    if user != None:
        lines.append(_line("user", "{}:{}".format(user, password)))
    if head:
        lines.append("head")
    result = rctx.execute(
        ["sh", "-c", 'printf "%s" "$STRATA_CURL" | exec "$1" --disable --silent --include --connect-timeout 10 --max-time 60 --config -', "ask", curl],
        environment = {"STRATA_CURL": "".join([line + "\n" for line in lines])},
        timeout = 70,
    )
    return parse_answer(result.stdout) if result.return_code == 0 else None

def has_control_character(text):
    """Whether a text has a character that ends a line, or another that is not shown.

    Args:
      text: string.

    Returns:
      bool.
    """
    return any([character < " " or character == "\177" for character in text.elems()])

def _line(option, value):
    # It would begin another option.
    if has_control_character(value):
        fail("a server's or a login's {} has a control character: it is not sent".format(option))
    return '{} = "{}"'.format(option, value.replace("\\", "\\\\").replace('"', '\\"'))

def parse_answer(text):
    """Reads what a server answered.

    Args:
      text: string, headers and body; those of proxies may come first.

    Returns:
      as ask.
    """
    answer = None
    rest = text.replace("\r\n", "\n")
    for _ in range(10):
        if not rest.startswith("HTTP/"):
            break
        head, _, rest = rest.partition("\n\n")
        lines = head.split("\n")
        status = (lines[0].split(" ") + ["", ""])[1]
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers.setdefault(name.strip().lower(), []).append(value.strip())
        answer = struct(body = rest, headers = headers, status = int(status) if status.isdigit() else 0)
        if answer.status >= 200 and not (answer.status == 200 and "connection established" in lines[0].lower()):
            break
    return struct(body = rest, headers = answer.headers, status = answer.status) if answer else None

def parse_challenge(headers):
    """Reads what a registry wants of a login.

    Follows RFC 9110, section 11.6.1, and the distribution project's "Token Authentication".

    Args:
      headers: list of strings, the WWW-Authenticate headers.

    Returns:
      dict of the Bearer challenge's parameters, names in lower case; None when there is none.
    """
    for header in headers:
        scheme, _, rest = header.partition(" ")
        if scheme.lower() != "bearer":
            continue
        parameters = {}
        for _ in range(len(rest)):
            name, equals, rest = rest.partition("=")
            if not equals:
                break
            if rest.startswith('"'):
                value, _, rest = rest[1:].partition('"')
            else:
                value, _, rest = rest.partition(",")
            parameters[name.strip(" ,").lower()] = value.strip()
        return parameters
    return None
