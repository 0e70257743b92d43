"""What a registry is sent to be let in: a login, or a token that another server gives for one."""

load("//rules/private/repository:pull_curl.bzl", "ask", "has_control_character", "parse_challenge")

# Whom to ask for tokens, since Bazel's downloader does not say what the registry says. Of others curl asks the
# registry itself. Keys that begin with a dot are ends of names.
_TOKEN_SERVERS = {
    ".azurecr.io": struct(realm = "https://{host}/oauth2/token", service = "{host}"),
    "cgr.dev": struct(realm = "https://cgr.dev/token", service = "cgr.dev"),
    "docker.elastic.co": struct(realm = "https://docker-auth.elastic.co/auth", service = "token-service"),
    "ghcr.io": struct(realm = "https://ghcr.io/token", service = "ghcr.io"),
    "nvcr.io": struct(realm = "https://nvcr.io/proxy_auth", service = "nvcr.io"),
    "public.ecr.aws": struct(realm = "https://public.ecr.aws/token/", service = "public.ecr.aws"),
    "quay.io": struct(realm = "https://quay.io/v2/auth", service = "quay.io"),
    "registry-1.docker.io": struct(realm = "https://auth.docker.io/token", service = "registry.docker.io"),
    "registry.gitlab.com": struct(realm = "https://gitlab.com/jwt/auth", service = "container_registry"),
}

def known_challenge(host, repository):
    """What a registry that is known by name wants.

    Args:
      host: string.
      repository: string.

    Returns:
      dict as parse_challenge, or None.
    """
    for name, server in _TOKEN_SERVERS.items():
        if host == name or name.startswith(".") and host.endswith(name):
            return {
                "realm": server.realm.replace("{host}", host),
                "scope": _scope(repository),
                "service": server.service.replace("{host}", host),
            }
    return None

def _scope(repository):
    return "repository:{}:pull".format(repository)

def basic_login(credentials):
    """A login as Bazel's downloader and curl take it.

    Args:
      credentials: struct from find_credentials.

    Returns:
      struct: auth (dict for rctx.download) and header (string); None without a user's name.
    """
    if credentials.encoded:
        return struct(
            auth = {"type": "pattern", "pattern": "Basic <password>", "password": credentials.encoded},
            header = "Authorization: Basic " + credentials.encoded,
        )
    if credentials.user != None:
        return struct(auth = {"type": "basic", "login": credentials.user, "password": credentials.password}, header = None)
    return None

def bearer_login(token):
    """A token as Bazel's downloader and curl take it.

    Args:
      token: string.

    Returns:
      struct as basic_login.
    """
    return struct(
        auth = {"type": "pattern", "pattern": "Bearer <password>", "password": token},
        header = "Authorization: Bearer " + token,
    )

def ask_registry(rctx, url, *, accept, login, credentials):
    """Asks a registry why it does not give something.

    Args:
      rctx: repository context.
      url: string.
      accept: list of strings, media types.
      login: struct from bearer_login or basic_login, or None.
      credentials: struct from find_credentials.

    Returns:
      struct from ask, or None.
    """
    headers = ["Accept: " + kind for kind in accept]
    if login and login.header:
        return ask(rctx, url, headers = headers + [login.header], head = True)
    if login:
        return ask(rctx, url, headers = headers, user = credentials.user, password = credentials.password, head = True)
    return ask(rctx, url, headers = headers, head = True)

def fetch_token(rctx, challenge, *, repository, plain_http, credentials):
    """Gets a token.

    Args:
      rctx: repository context.
      challenge: dict from parse_challenge or known_challenge.
      repository: string.
      plain_http: bool, the registry is spoken to without TLS, so that a login may go to a token server without.
      credentials: struct from find_credentials.

    Returns:
      struct: login (struct from bearer_login, or None) and problem (string, or None).
    """
    realm = challenge.get("realm", "")
    secret = credentials.identity_token or credentials.encoded or credentials.user
    if not realm.startswith("https://") and not (realm.startswith("http://") and (plain_http or not secret)):
        return struct(login = None, problem = 'the registry sends to "{}" for a token, where no login goes without TLS'.format(realm))
    query = {"scope": challenge.get("scope") or _scope(repository)}
    if challenge.get("service"):
        query["service"] = challenge["service"]
    text = _ask_for_token(rctx, realm, query, credentials)
    answer = json.decode(text or "", default = None)
    token = (answer.get("token") or answer.get("access_token")) if type(answer) == "dict" else None
    if type(token) != "string" or not token or " " in token or has_control_character(token):
        return struct(login = None, problem = "{} gave no token".format(realm))
    return struct(login = bearer_login(token), problem = None)

def _ask_for_token(rctx, realm, query, credentials):
    if credentials.identity_token:
        form = query | {"client_id": "bazel", "grant_type": "refresh_token", "refresh_token": credentials.identity_token}
        return _body(ask(rctx, realm, form = form))
    url = realm + ("&" if "?" in realm else "?") + "&".join(["{}={}".format(name, _escape(value)) for name, value in query.items()])
    login = basic_login(credentials)
    if url.startswith("https://"):
        file = "token.json"
        found = rctx.download(url = [url], output = file, auth = {url: login.auth} if login else {}, allow_fail = True)
        text = rctx.read(file, watch = "no") if found.success else None
        rctx.delete(file)
        if text:
            return text
    if login and login.header:
        return _body(ask(rctx, url, headers = [login.header]))
    if login:
        return _body(ask(rctx, url, user = credentials.user, password = credentials.password))
    return _body(ask(rctx, url))

def _body(answer):
    return answer.body if answer and answer.status == 200 else None

def _escape(text):
    """Escapes what a query gives a meaning to."""
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text

_ESCAPES = {"%": "%25", "&": "%26", "+": "%2B", " ": "%20", "#": "%23", '"': "%22"}

def challenge_of(answer):
    """What a registry's answer wants.

    Args:
      answer: struct from ask, or None.

    Returns:
      dict from parse_challenge, or None.
    """
    if not answer or answer.status != 401:
        return None
    return parse_challenge(answer.headers.get("www-authenticate", []))
