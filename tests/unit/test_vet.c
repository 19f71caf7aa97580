/* SPDX-License-Identifier: ISC */
/* Which command lines are ours: those that are made here, and none with anything else in it. */
#include <string.h>
#include <sys/socket.h>

#include "net/proxy.h"
#include "ssh/vet.h"
#include "ssh/words.h"
#include "test.h"

#define FOLDER "/run/user/0/xencon-abc"

/* A line as master.c makes them; `options` come before the destination. */
static void make(struct words *w, const char *command, const char *const options[],
                 const char *user)
{
	const struct words_style style = {.command = command,
	                                  .family = AF_INET,
	                                  .timeout_ms = 15000,
	                                  .keepalive_ms = 60000,
	                                  .batch = true};
	struct address to = {.scheme = ADDRESS_SSH, .port = 22};

	(void)memcpy(to.host, "xen1", sizeof("xen1"));
	(void)strncpy(to.user, user, sizeof(to.user) - 1);
	words_begin(w, &style);
	for (size_t i = 0; options[i] != NULL; i++)
		words_add(w, options[i]);
	words_destination(w, &to);
}

static void test_ours(void)
{
	static const char *const lines[][10] = {
	    {NULL},
	    {"-N", "-o", "ControlMaster=yes", "-o", "ControlPath=" FOLDER "/c", "-o",
	     "ControlPersist=no", NULL},
	    {"-F", "/dev/null", "-S", FOLDER "/c", "-O", "forward", "-L",
	     FOLDER "/0123:/var/lib/xcp/xapi", NULL},
	    {"-O", "cancel", "-L", FOLDER "/0123:[2001:db8::1]:443", NULL},
	    {"-O", "exit", NULL},
	};
	static const char *const commands[] = {"ssh", "ssh -i 'my key'", "SSH_AUTH_SOCK=x ssh"};

	for (size_t c = 0; c < COUNT_OF(commands); c++) {
		for (size_t i = 0; i < COUNT_OF(lines); i++) {
			struct words w;

			make(&w, commands[c], lines[i], i % 2 == 0 ? "LAB\\joe" : "");
			test_case("ours: %s", w.text);
			CHECK(vet_line(w.text, commands[c], FOLDER));
			CHECK(!vet_line(w.text, "rsh", FOLDER));
			words_add(&w, "sh -c 'echo far away; exit 3'");
			CHECK(vet_line(w.text, commands[c], FOLDER));
			words_add(&w, "more");
			CHECK(!vet_line(w.text, commands[c], FOLDER));
		}
	}
}

static void test_not_ours(void)
{
	static const char *const lines[] = {
	    "",
	    "ssh",
	    "ssh -N",
	    "exec ssh -N; sh -c x -- xen1",
	    "ssh -N -- xen1; id",
	    "ssh -N -- xen1 && id",
	    "ssh -N -- $(id)",
	    "ssh -N -- `id`",
	    "ssh -N -- \"$(id)\"",
	    "ssh -N -- xen1\nid",
	    "ssh -N -- xen1 >/etc/passwd",
	    "ssh -N -- 'xen1",
	    "ssh -N -- -oProxyCommand=id",
	    "ssh -o ProxyCommand=id -- xen1",
	    "ssh -oProxyCommand=id -- xen1",
	    "ssh -o 'LocalCommand=id' -o PermitLocalCommand=yes -- xen1",
	    "ssh -o ControlPath=/tmp/x -- xen1",
	    "ssh -o ControlPath=" FOLDER "/../x -- xen1",
	    "ssh -o ConnectTimeout=1x -- xen1",
	    "ssh -F /tmp/config -- xen1",
	    "ssh -S " FOLDER "x -- xen1",
	    "ssh -L 8080:xen1:80 -- xen1",
	    "ssh -R x -- xen1",
	    "ssh -O stop -- xen1",
	    "ssh xen1",
	    "sshx -N -- xen1",
	    "sh -c id",
	};

	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		test_case("not ours: %s", lines[i]);
		CHECK(!vet_line(lines[i], "ssh", FOLDER));
	}
	test_case("no folder yet");
	CHECK(!vet_line("ssh -S /c -- xen1", "ssh", ""));
}

static const struct {
	const char *command, *line;
	bool is;
} proxies[] = {
    {"nc %h %p", "nc xen1 443", true},
    {"nc %h:%p", "nc xen1:443", true},
    {"nc %h:%p", "nc 2001:db8::1:443", true},
    {"nc '%h' 100%%", "nc 'xen1' 100%", true},
    {"ssh -W [%h]:%p gate", "ssh -W [10.0.0.1]:443 gate", true},
    {"nc %h %p", "nc '2001:db8::1%eth0' 443", true},
    {"fixed", "fixed", true},
    {"nc %h %p", "nc xen1 443;id", false},
    {"nc %h %p", "nc xen1;id 443", false},
    {"nc %h %p", "nc $(id) 443", false},
    {"nc %h %p", "nc -exen1 443", false},
    {"nc %h %p", "nc 'xen1 443", false},
    {"nc %h %p", "nc xen1' 443", false},
    {"nc %h %p", "nc  443", false},
    {"nc %h %p", "nc xen1 443 more", false},
    {"fixed", "fixed2", false},
    {"fixed", "", false},
};

static void test_proxies(void)
{
	for (size_t i = 0; i < COUNT_OF(proxies); i++) {
		test_case("%s: %s", proxies[i].command, proxies[i].line);
		CHECK_INT(proxies[i].is, proxy_is_line(proxies[i].command, proxies[i].line));
	}
}

int main(void)
{
	test_ours();
	test_not_ours();
	test_proxies();
	return test_finish();
}
