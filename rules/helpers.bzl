"""What images need beside their programs: users, certificates, a shell, temporary directories; and trees of links."""

load("//rules/private/macros:bin_sh.bzl", _bin_sh = "bin_sh")
load("//rules/private/macros:build_env.bzl", _build_env = "build_env")
load("//rules/private/macros:ca_certificates.bzl", _ca_certificates = "ca_certificates")
load("//rules/private/macros:fake_nss.bzl", _fake_nss = "fake_nss")
load("//rules/private/macros:iana_etc.bzl", _iana_etc = "iana_etc")
load("//rules/private/macros:non_root_user.bzl", _non_root_user = "non_root_user")
load("//rules/private/macros:shadow_setup.bzl", _shadow_setup = "shadow_setup")
load("//rules/private/macros:timezone_data.bzl", _timezone_data = "timezone_data")
load("//rules/private/macros:tmp_dirs.bzl", _tmp_dirs = "tmp_dirs")
load("//rules/private/macros:usr_bin_env.bzl", _usr_bin_env = "usr_bin_env")
load("//rules/private/values:shadow_setup.bzl", _SHADOW_SETUP = "SHADOW_SETUP")

SHADOW_SETUP = _SHADOW_SETUP
bin_sh = _bin_sh
build_env = _build_env
ca_certificates = _ca_certificates
fake_nss = _fake_nss
iana_etc = _iana_etc
non_root_user = _non_root_user
shadow_setup = _shadow_setup
timezone_data = _timezone_data
tmp_dirs = _tmp_dirs
usr_bin_env = _usr_bin_env
