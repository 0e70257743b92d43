"""The macro ca_certificates."""

load("//rules/private/rules:ca_certificates.bzl", _ca_certificates = "ca_certificates")

def ca_certificates(name, bundle, path = None, **kwargs):
    """The certificates of the authorities that TLS clients trust, where they look for them.

    A store object with one bundle at `etc/ssl/certs/ca-bundle.crt`,
    `etc/ssl/certs/ca-certificates.crt` and `etc/pki/tls/certs/ca-bundle.crt`,
    for `contents` of an image, `copy_to_root` and `build_env`. A bundle that
    holds no certificate, or holds a private key, is an error of the build.

    ```starlark
    ca_certificates(
        name = "certificates",
        bundle = "@nixpkgs//:cacert",        # or "company-ca.crt", or "@cacert//file"
    )

    stream_layered_image(
        name = "image",
        contents = [":certificates", ":client"],
    )
    ```

    Programs that look elsewhere take the variable `SSL_CERT_FILE`:
    `config = {"Env": ["SSL_CERT_FILE=/etc/ssl/certs/ca-bundle.crt"]}`.

    Without Nix: `http_file` of the bundle that the curl project makes of Mozilla's
    list (`cacert.pem`), pinned by `sha256`; or Debian's package
    `ca-certificates`, whose files in `/usr/share/ca-certificates/mozilla` are
    joined by `cat` in a `genrule`; or your company's own file. Several are one
    bundle when they are joined:

    ```starlark
    genrule(
        name = "all_certificates",
        srcs = ["@cacert//file", "company-ca.crt"],
        outs = ["all.crt"],
        cmd = "cat $(SRCS) > $@",
    )
    ```

    Args:
      name: the target's name: `"certificates"`.
      bundle: label of a store object that has the bundle, or of a file of
        certificates in PEM, which the object then holds: `"@nixpkgs//:cacert"`,
        `"company-ca.crt"`.
      path: where the bundle is in a store object; `etc/ssl/certs/ca-bundle.crt`
        when None: `"share/ca.pem"`.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    _ca_certificates(
        name = name,
        bundle = bundle,
        path = path,
        **kwargs
    )
