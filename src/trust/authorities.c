/* SPDX-License-Identifier: ISC */
/*
 * Places of authorities: see authorities.h. A folder of hashes costs nothing until a certificate is looked up
 * in it, a file of all is parsed as a whole (some 15 ms): so the folder is preferred.
 *
 * ALWAYS TRUE: a folder counts only where a name in it is a hash. RHEL has one of the usual name that OpenSSL
 * finds nothing in; what is believed there stands in the file alone.
 */
#include "trust/authorities.h"

#include <dirent.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/log.h"

#define HASH_DIGITS 8 /* of a name in such a folder: "4a6481c9.0" */

/* Behind OpenSSL's own places. */
static const char *const folders[] = {
    "/etc/ssl/certs",                                 /* Debian, SUSE, Arch, Alpine */
    "/etc/pki/ca-trust/extracted/pem/directory-hash", /* RHEL 9, Fedora */
    "/etc/pki/tls/certs",                             /* RHEL */
    "/etc/openssl/certs",                             /* NetBSD */
};
static const char *const files[] = {
    "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Arch, Alpine, Gentoo */
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* RHEL, CentOS, from 7 on; dom0 */
    "/etc/pki/tls/certs/ca-bundle.crt",                  /* CentOS 6 */
    "/var/lib/ca-certificates/ca-bundle.pem",            /* SUSE */
    "/etc/ssl/ca-bundle.pem",                            /* SUSE, older */
    "/etc/ca-certificates/extracted/tls-ca-bundle.pem",  /* Arch */
    "/etc/ssl/cert.pem",                                 /* Alpine, OpenBSD, macOS */
    "/usr/local/share/certs/ca-root-nss.crt",            /* FreeBSD */
};

static bool is_hash(const char *name)
{
	for (size_t i = 0; i < HASH_DIGITS; i++) {
		if (!ascii_is_hex(name[i]))
			return false;
	}
	return name[HASH_DIGITS] == '.' && ascii_is_digit(name[HASH_DIGITS + 1]);
}

static bool has_hashes(const char *path)
{
	DIR *const folder = opendir(path);
	const struct dirent *entry = NULL;

	if (folder == NULL)
		return false;
	do {
		entry = readdir(folder); /* the stream is this function's alone */
	} while (entry != NULL && !is_hash(entry->d_name));
	(void)closedir(folder);
	return entry != NULL;
}

static bool is_readable(const char *path)
{
	return access(path, R_OK) == 0;
}

/* Sets *ret to root and path, if there is what `is_there` looks for; "" otherwise. */
static bool try(const char *root, const char *path, bool (*is_there)(const char *),
                char ret[AUTHORITIES_PATH_MAX])
{
	const int n = snprintf(ret, AUTHORITIES_PATH_MAX, "%s%s", root, path);

	if (n > 0 && n < AUTHORITIES_PATH_MAX && is_there(ret))
		return true;
	ret[0] = '\0';
	return false;
}

/* What the user's variable names, which nobody second-guesses. */
static bool from_environment(const char *name, char ret[AUTHORITIES_PATH_MAX])
{
	const char *const value = getenv(name);

	if (value == NULL || value[0] == '\0')
		return false;
	(void)snprintf(ret, AUTHORITIES_PATH_MAX, "%s", value);
	return true;
}

void authorities_find(const char *root, struct authorities *ret)
{
	*ret = (struct authorities){0};
	bool found = from_environment(X509_get_default_cert_dir_env(), ret->folder) ||
	             try(root, X509_get_default_cert_dir(), has_hashes, ret->folder);

	for (size_t i = 0; !found && i < sizeof(folders) / sizeof(folders[0]); i++)
		found = try(root, folders[i], has_hashes, ret->folder);
	if (from_environment(X509_get_default_cert_file_env(), ret->file) ||
	    try(root, X509_get_default_cert_file(), is_readable, ret->file))
		return;
	for (size_t i = 0; !found && i < sizeof(files) / sizeof(files[0]); i++)
		found = try(root, files[i], is_readable, ret->file);
}

bool authorities_load(X509_STORE *store)
{
	struct authorities places;
	bool any = false;

	authorities_find("", &places);
	if (places.folder[0] != '\0' && X509_STORE_load_path(store, places.folder) == 1) {
		log_trace(LOG_STEPS, "authorities: those in %s", places.folder);
		any = true;
	}
	if (places.file[0] != '\0') {
		const bool read = X509_STORE_load_file(store, places.file) == 1;

		log_trace(LOG_STEPS, "authorities: %s %s",
		          read ? "those in" : "none can be read from", places.file);
		any = any || read;
	}
	if (!any)
		log_trace(LOG_STEPS,
		          "authorities: this machine has none; SSL_CERT_FILE, SSL_CERT_DIR "
		          "or --cacert names some");
	ERR_clear_error();
	return any;
}
