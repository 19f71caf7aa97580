/* SPDX-License-Identifier: ISC */
/* Where each family of systems keeps its authorities' certificates. */
#include <limits.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"
#include "trust/authorities.h"

/* A system: what lies in it, and what is to be found. NULL: nothing. */
static const struct {
	const char *name;
	const char *files[3];
	const char *folder;
	const char *file;
} rows[] = {
    {"Debian",
     {"/etc/ssl/certs/4a6481c9.0", "/etc/ssl/certs/ca-certificates.crt"},
     "/etc/ssl/certs",
     NULL},
    {"CentOS 7, dom0",
     {"/etc/ssl/certs/ca-bundle.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
      "/etc/pki/tls/certs/ca-bundle.crt"},
     NULL,
     "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"},
    {"CentOS 6",
     {"/etc/pki/tls/certs/ca-bundle.crt", "/etc/pki/tls/certs/Makefile"},
     NULL,
     "/etc/pki/tls/certs/ca-bundle.crt"},
    {"RHEL 9",
     {"/etc/pki/ca-trust/extracted/pem/directory-hash/5ed36f99.0",
      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"},
     "/etc/pki/ca-trust/extracted/pem/directory-hash",
     NULL},
    {"Alpine",
     {"/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem"},
     NULL,
     "/etc/ssl/certs/ca-certificates.crt"},
    {"Alpine without ca-certificates", {"/etc/ssl/cert.pem"}, NULL, "/etc/ssl/cert.pem"},
    {"SUSE",
     {"/etc/ssl/certs/5ed36f99.0", "/var/lib/ca-certificates/ca-bundle.pem"},
     "/etc/ssl/certs",
     NULL},
    {"SUSE, the file alone",
     {"/var/lib/ca-certificates/ca-bundle.pem"},
     NULL,
     "/var/lib/ca-certificates/ca-bundle.pem"},
    {"Arch",
     {"/etc/ca-certificates/extracted/tls-ca-bundle.pem"},
     NULL,
     "/etc/ca-certificates/extracted/tls-ca-bundle.pem"},
    {"FreeBSD",
     {"/usr/local/share/certs/ca-root-nss.crt"},
     NULL,
     "/usr/local/share/certs/ca-root-nss.crt"},
    {"names that are no hashes",
     {"/etc/ssl/certs/README", "/etc/ssl/certs/4a6481cg.0"},
     NULL,
     NULL},
    {"nothing", {NULL}, NULL, NULL},
};

/* Makes an empty file below the root, and the folders that lead there. */
static void make(const char *root, const char *path)
{
	char full[PATH_MAX];
	struct stat st;

	(void)snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *slash = full + strlen(root); (slash = strchr(slash + 1, '/')) != NULL;) {
		*slash = '\0';
		(void)mkdir(full, 0700);
		*slash = '/';
	}
	FILE *const file = fopen(full, "w");
	CHECK(file != NULL && fclose(file) == 0 && stat(full, &st) == 0);
}

static void remove_up(const char *root, const char *path)
{
	char full[PATH_MAX];

	(void)snprintf(full, sizeof(full), "%s%s", root, path);
	for (; strlen(full) > strlen(root); *strrchr(full, '/') = '\0')
		(void)remove(full);
}

static void check(const char *root, const char *expected, const char *found)
{
	char full[PATH_MAX];

	(void)snprintf(full, sizeof(full), "%s%s", expected == NULL ? "" : root,
	               expected == NULL ? "" : expected);
	CHECK_STR(full, found);
}

static void test_systems(const char *root)
{
	struct authorities found;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_case("%s", rows[i].name);
		for (size_t k = 0; k < COUNT_OF(rows[i].files) && rows[i].files[k] != NULL; k++)
			make(root, rows[i].files[k]);
		authorities_find(root, &found);
		check(root, rows[i].folder, found.folder);
		check(root, rows[i].file, found.file);
		for (size_t k = 0; k < COUNT_OF(rows[i].files) && rows[i].files[k] != NULL; k++)
			remove_up(root, rows[i].files[k]);
	}
}

static void test_variables(const char *root)
{
	struct authorities found;

	make(root, "/etc/ssl/certs/4a6481c9.0");
	test_case("a variable's file comes beside the system's folder");
	(void)setenv("SSL_CERT_FILE", "/my/ca.pem", 1);
	authorities_find(root, &found);
	check(root, "/etc/ssl/certs", found.folder);
	CHECK_STR("/my/ca.pem", found.file);
	test_case("a variable's folders replace the system's");
	(void)setenv("SSL_CERT_DIR", "/my/certs:/other", 1);
	(void)unsetenv("SSL_CERT_FILE");
	authorities_find(root, &found);
	CHECK_STR("/my/certs:/other", found.folder);
	CHECK_STR("", found.file);
	test_case("an empty variable is none");
	(void)setenv("SSL_CERT_DIR", "", 1);
	authorities_find(root, &found);
	check(root, "/etc/ssl/certs", found.folder);
	(void)unsetenv("SSL_CERT_DIR");
	remove_up(root, "/etc/ssl/certs/4a6481c9.0");
}

static void test_store(void)
{
	X509_STORE *const store = X509_STORE_new();

	test_case("a store of nothing that can be read");
	(void)setenv("SSL_CERT_FILE", "/nonexistent/ca.pem", 1);
	(void)setenv("SSL_CERT_DIR", "/nonexistent", 1);
	/* OpenSSL takes a folder's name unseen; that nothing is in it shows when it looks. */
	CHECK(store != NULL && authorities_load(store));
	X509_STORE_free(store);
}

int main(void)
{
	char path[TEST_PATH_MAX];

	(void)test_folder_file(path);
	*strrchr(path, '/') = '\0';
	(void)unsetenv("SSL_CERT_FILE");
	(void)unsetenv("SSL_CERT_DIR");
	test_systems(path);
	test_variables(path);
	test_store();
	CHECK_INT(0, rmdir(path));
	return test_finish();
}
