/* SPDX-License-Identifier: ISC */
/*
 * Serial ports: see port.h. ALWAYS TRUE: what the pool gives as an address is taken apart as any server's is, before
 * ssh sees it; and of the machine nothing but its domain's number goes there.
 */
#include "access/port.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "base/ascii.h"
#include "base/log.h"
#include "serial/serial.h"
#include "term/prompt.h"
#include "xapi/record.h"

/* Where the machine runs. */
struct place {
	char name[ADDRESS_HOST_MAX];
	char address[ADDRESS_HOST_MAX];
	int64_t domid;
	bool here; /* the server is a socket, and that host's */
};

static int find_place(struct session *s, const struct vm *vm, struct place *ret, struct error *err)
{
	json_t *hosts = NULL;
	json_t *own = NULL;

	*ret = (struct place){.domid = vm->domid};
	if (session_call(s, METHOD_HOST_ALL, json_array(), &hosts, err) != 0)
		return -1;
	const json_t *const record = json_object_get(hosts, vm->resident_on);
	(void)snprintf(ret->name, sizeof(ret->name), "%s", record_text(record, "name_label"));
	(void)snprintf(ret->address, sizeof(ret->address), "%s", record_text(record, "address"));
	json_decref(hosts);
	if (!address_is_socket(&s->rpc.endpoint.address))
		return 0;
	if (session_call(s, METHOD_THIS_HOST, json_pack("[s]", s->ref), &own, err) != 0)
		return -1;
	ret->here = strcmp(json_string_value(own), vm->resident_on) == 0;
	json_decref(own);
	return 0;
}

/* What --ssh-host gives for it: 1, or 0 for nothing. */
static int find_given(const struct settings *settings, const struct place *place,
                      struct address *ret, struct error *err)
{
	for (size_t i = 0; i < settings->ssh_host_count; i++) {
		const char *const text = settings->ssh_hosts[i];
		const size_t len = strcspn(text, "=");
		char destination[ADDRESS_SHOW_MAX];
		char name[ADDRESS_HOST_MAX];

		(void)snprintf(name, sizeof(name), "%.*s", (int)len, text);
		if (!ascii_equal_fold(name, place->name) && !ascii_equal_fold(name, place->address))
			continue;
		const char *const to = text + len + 1;
		(void)snprintf(destination, sizeof(destination), "%s%s",
		               ascii_prefix_fold(to, "ssh://") ? "" : "ssh://", to);
		return address_parse(destination, ret, err) == 0 ? 1 : -1;
	}
	return 0;
}

/* The login on that host that is not the server's own. */
static int choose_host(const struct port_from *from, const struct place *place, struct address *ret,
                       struct error *err)
{
	const struct address *const first = &from->session->rpc.endpoint.address;
	const int given = find_given(from->settings, place, ret, err);

	if (given != 0)
		return given > 0 ? 0 : -1;
	*ret = (struct address){.scheme = ADDRESS_SSH};
	(void)snprintf(ret->path, sizeof(ret->path), "%s", ADDRESS_XAPI_SOCKET);
	(void)snprintf(ret->user, sizeof(ret->user), "%s",
	               first->scheme == ADDRESS_SSH ? first->user : "root");
	if (address_set_host(ret, place->address, err) != 0)
		return -1;
	if (address_is_plain(ret))
		return 0;
	error_set(err, ERROR_PROTOCOL, "the server gave \"%s\" as a host's address",
	          place->address);
	return error_cause(err, "ssh is told none that looks like that");
}

/* A login beside the server's, or through it. It stays, for the next time. */
static int prepare_beyond(struct port *p, const struct port_from *from, struct error *err)
{
	const struct endpoint *const to = from->endpoint;

	if (p->beyond != NULL)
		return 0;
	const char *command = from->settings->ssh_command;
	if (from->ssh != NULL) {
		if (ssh_hop(from->ssh, command, p->command, err) != 0)
			return -1;
		command = p->command;
	}
	const struct words_style style = {
	    .command = command,
	    .family = to->dial.family,
	    .timeout_ms = to->timeout_ms,
	    .keepalive_ms = to->dial.keepalive_ms,
	    .batch = p->batch || !prompt_possible(),
	};
	p->beyond = ssh_new(&style, err);
	return p->beyond == NULL ? -1 : 0;
}

static int make_line(struct port *p, const struct port_from *from, const struct place *place,
                     struct words *ret, struct error *err)
{
	const struct address *const server = &from->session->rpc.endpoint.address;
	char script[SCRIPT_MAX];
	struct address host;

	/* Without chance it is the process that tells our own from others'. */
	if (p->run == 0 && RAND_bytes((unsigned char *)&p->run, sizeof(p->run)) != 1)
		p->run = (uint64_t)getpid();
	script_make(place->domid, p->run, p->force, script);
	if (place->here && server->scheme == ADDRESS_UNIX) {
		(void)snprintf(ret->text, sizeof(ret->text), "%s", script);
		return 0;
	}
	if (place->here && from->ssh != NULL)
		return ssh_remote(from->ssh, server, script, ret, err);
	if (choose_host(from, place, &host, err) != 0 || prepare_beyond(p, from, err) != 0)
		return -1;
	return ssh_remote(p->beyond, &host, script, ret, err);
}

int port_connect(struct port *p, const struct port_from *from, const struct vm *vm,
                 struct tunnel *ret, struct error *err)
{
	struct place place;
	struct words line;

	if (vm->domid <= 0) {
		error_set(err, ERROR_UNAVAILABLE, "\"%s\" has no domain yet", vm->name);
		return error_reason(err, REASON_REFUSED);
	}
	if (find_place(from->session, vm, &place, err) != 0 ||
	    make_line(p, from, &place, &line, err) != 0)
		return -1;
	const struct script_about about = {
	    .vm = vm->name,
	    .uuid = vm->uuid,
	    .called = vm_called(vm),
	    .host = place.name,
	    .hvm_serial = vm->hvm_serial,
	};
	return serial_open(line.text, &about, from->endpoint->timeout_ms, ret, err);
}

void port_hush(struct port *p)
{
	p->batch = true;
	ssh_hush(p->beyond);
}

void port_close(struct port *p)
{
	ssh_close(p->beyond);
	p->beyond = NULL;
}
