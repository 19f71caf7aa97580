# SPDX-License-Identifier: ISC
"""An environment that wants a program to load things: every variable that names a library, a plug-in, a locale or a
configuration of one leads to a folder full of them. Whatever is loaded from there leaves a mark.
"""
import pathlib
import shutil
import subprocess

SPRING = """
#include <fcntl.h>
__attribute__((constructor)) static void spring(void) { (void)open(MARK, O_CREAT | O_WRONLY, 0600); }
"""
CONFIGURATION = """
openssl_conf = start
[start]
providers = providers
engines = engines
ssl_conf = ssl
[providers]
evil = evil
default = default
[evil]
module = {folder}/evil.so
activate = 1
[default]
activate = 1
[engines]
evil = engine
[engine]
dynamic_path = {folder}/evil.so
init = 1
[ssl]
system_default = system
[system]
MinProtocol = TLSv1.3
CipherString = NULL
"""
NAMES = ["evil.so", "evil.so.2", "libnss_files.so.2", "libnss_dns.so.2", "libnss_sss.so.2", "libnss_mymachines.so.2",
         "libnss_evil.so.2", "libidn2.so.0", "libgcc_s.so.1", "libc.so.6", "UTF-8.so", "legacy.so", "default.so",
         "libssl.so.3", "libcrypto.so.3", "libjansson.so.4"]


class Trap:
    """In a folder that is named /…/trap."""

    def __init__(self, folder):
        self._folder = folder = pathlib.Path(folder) / "trap"
        self._mark = folder / "sprung"
        (folder / "certs").mkdir(parents=True)
        (folder / "evil.c").write_text(SPRING)
        subprocess.run(["gcc", "-shared", "-fPIC", f'-DMARK="{self._mark}"', "-o", folder / "evil.so", folder / "evil.c"],
                       check=True)
        for name in NAMES[1:]:
            shutil.copy(folder / "evil.so", folder / name)
        (folder / "openssl.cnf").write_text(CONFIGURATION.format(folder=folder))
        (folder / "gconv-modules").write_text("module UTF-8// INTERNAL UTF-8 1\nmodule INTERNAL UTF-8// UTF-8 1\n")
        (folder / "certs" / "00000000.0").write_text("nonsense\n")
        for part in ("LC_CTYPE", "LC_MESSAGES/SYS_LC_MESSAGES", "LC_MESSAGES/xencon.mo"):
            path = folder / "ja_JP.UTF-8" / part
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("nonsense")
        self._assert_it_works()

    def env(self):
        """What says to the resolver how names are looked for (RES_OPTIONS, HOSTALIASES) is no part of it: that is data,
        and the user's own word."""
        it = str(self._folder)
        return {
            "LD_LIBRARY_PATH": it, "LD_PRELOAD": f"{it}/evil.so", "LD_AUDIT": f"{it}/evil.so", "LD_DEBUG": "all",
            "GCONV_PATH": it, "LOCPATH": it, "NLSPATH": f"{it}/%N.cat", "LANGUAGE": "ja", "GETCONF_DIR": it,
            "OPENSSL_CONF": f"{it}/openssl.cnf", "OPENSSL_MODULES": it, "OPENSSL_ENGINES": it,
            "OPENSSL_CONF_INCLUDE": it, "SSL_CERT_DIR": f"{it}/certs", "CTLOG_FILE": f"{it}/openssl.cnf",
            "TERMINFO": it, "TERMINFO_DIRS": it, "TERMCAP": f"{it}/termcap", "XLOCALEDIR": it,
            "MALLOC_TRACE": f"{it}/sprung", "GLIBC_TUNABLES": "glibc.malloc.check=3", "LD_ORIGIN_PATH": it,
        }

    def sprung(self):
        return self._mark.exists()

    def _assert_it_works(self):
        """A program with libraries falls into it, by more than one of the ways."""
        env = self.env()
        for names, command in ((("LD_PRELOAD",), ["true"]), (("LD_AUDIT",), ["true"]),
                               (("OPENSSL_CONF", "OPENSSL_MODULES"), ["openssl", "list", "-providers"])):
            subprocess.run(command, env={"PATH": "/usr/bin:/bin", **{name: env[name] for name in names}}, check=False,
                           capture_output=True)
            assert self._mark.exists(), (names, "the trap does not work")
            self._mark.unlink()
