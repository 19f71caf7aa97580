/* SPDX-License-Identifier: ISC */
/*
 * The options, each once: identifier, long name, letter, what its argument is called, which commands take
 * it, flags, help. Out of this one list come the identifiers, the parser, the keys of the configuration
 * and the help; the manual and the completions are compared with it by a test.
 *
 * An option is added by its row here and a line in the settings of the commands that take it
 * (settings.c, console_settings.c, vnc_settings.c, …), which reads its value with the default. Order is
 * that of the help.
 */
#ifndef XENCON_CONF_OPTION_TABLE_H
#define XENCON_CONF_OPTION_TABLE_H

#define OPTION_TABLE(ROW)                                                                      \
	ROW(SERVER, "server", 's', "HOST[:PORT]", OPTION_FOR_ALL, OPTION_PATH,                 \
	    "the server, https:// unless http:// is asked for")                                \
	ROW(USER, "user", 'u', "NAME", OPTION_FOR_ALL, 0, "log in as NAME (default: root)")    \
	ROW(PASSWORD_FILE, "password-file", 0, "FILE", OPTION_FOR_ALL, OPTION_PATH,            \
	    "the password is the first line of FILE")                                          \
	ROW(PASSWORD_COMMAND, "password-command", 0, "CMD", OPTION_FOR_ALL, 0,                 \
	    "the password is the first line CMD prints")                                       \
	ROW(PROFILE, "profile", 'P', "NAME", OPTION_FOR_ALL, OPTION_TYPED,                     \
	    "use this section of the configuration file")                                      \
	ROW(CONFIG, "config", 0, "FILE", OPTION_FOR_ALL, OPTION_TYPED,                         \
	    "the configuration (~/.config/xencon/config)")                                     \
	ROW(CACERT, "cacert", 0, "FILE", OPTION_FOR_ALL, OPTION_PATH,                          \
	    "trust the certificates in FILE, not the system's")                                \
	ROW(FINGERPRINT, "fingerprint", 0, "SHA256", OPTION_FOR_ALL, 0,                        \
	    "trust this certificate alone (or: A,B,…)")                                        \
	ROW(INSECURE, "insecure", 0, NULL, OPTION_FOR_ALL, 0,                                  \
	    "trust any certificate, with a warning")                                           \
	ROW(LEGACY_TLS, "legacy-tls", 0, NULL, OPTION_FOR_ALL, 0,                              \
	    "allow TLS 1.0 and small keys (XenServer before 7)")                               \
	ROW(SSH_COMMAND, "ssh-command", 0, "CMD", OPTION_FOR_ALL, 0,                           \
	    "how ssh is called for ssh://HOST (default: ssh)")                                 \
	ROW(SSH_HOST, "ssh-host", 0, "NAME=DEST", OPTION_FOR_ALL, OPTION_EACH,                 \
	    "how ssh reaches a host of the pool (repeatable)")                                 \
	ROW(PROXY_COMMAND, "proxy-command", 0, "CMD", OPTION_FOR_ALL, 0,                       \
	    "reach hosts through CMD's stdin and stdout; %h %p")                               \
	ROW(CONSOLE_ADDRESS, "console-address", 0, "HOST[:PORT]", OPTION_FOR_ALL, 0,           \
	    "reach consoles of other hosts there")                                             \
	ROW(IPV4, NULL, '4', NULL, OPTION_FOR_ALL, 0, "use IPv4 only")                         \
	ROW(IPV6, NULL, '6', NULL, OPTION_FOR_ALL, 0, "use IPv6 only")                         \
	ROW(CONNECT_TIMEOUT, "connect-timeout", 0, "SECS", OPTION_FOR_ALL, 0,                  \
	    "limit each step of connecting (default: 15)")                                     \
	ROW(KEEPALIVE, "keepalive", 0, "SECS", OPTION_FOR_ALL, 0,                              \
	    "ask a silent host for a sign of life (60; 0: no)")                                \
	ROW(DOM0, "dom0", 0, "HOST", OPTION_FOR_VM, OPTION_TYPED,                              \
	    "the control domain of HOST, in place of VM")                                      \
	ROW(ESCAPE, "escape", 'e', "CHAR", OPTION_FOR_SEAT, 0,                                 \
	    "escape character: ^X, one or none (default: ^])")                                 \
	ROW(WAIT, "wait", 0, "=SECS", OPTION_FOR_VM, 0,                                        \
	    "wait for the VM, or its console, to be there")                                    \
	ROW(RECONNECT, "reconnect", 0, NULL, OPTION_FOR_SEAT, 0,                               \
	    "the console went away: find the VM again")                                        \
	ROW(SERIAL, "serial", 0, NULL, OPTION_FOR_CONSOLE, 0,                                  \
	    "an HVM guest's serial port, by ssh or in dom0")                                   \
	ROW(FORCE, "force", 0, NULL, OPTION_FOR_CONSOLE, OPTION_TYPED,                         \
	    "share a serial port that somebody else has open")                                 \
	ROW(LOG, "log", 0, "FILE", OPTION_FOR_SEAT, OPTION_PATH,                               \
	    "append what the console prints to FILE")                                          \
	ROW(TIMESTAMPS, "timestamps", 0, NULL, OPTION_FOR_SEAT, 0,                             \
	    "begin each line of the log with the time")                                        \
	ROW(IDLE, "idle", 0, "SECS", OPTION_FOR_CONSOLE, 0,                                    \
	    "leave when silent after input's end (default: 2)")                                \
	ROW(UNTIL, "until", 0, "REGEX", OPTION_FOR_READERS, 0,                                 \
	    "leave when a line that is shown matches")                                         \
	ROW(TIMEOUT, "timeout", 0, "SECS", OPTION_FOR_READERS, 0,                              \
	    "fail when --until has not come (default: 60)")                                    \
	ROW(READ_ONLY, "read-only", 0, NULL, OPTION_FOR_SEAT, 0,                               \
	    "send nothing; escape commands work")                                              \
	ROW(STDIO, "stdio", 0, NULL, OPTION_FOR_CONSOLE | OPTION_FOR_VNC, 0,                   \
	    "raw bytes on stdin and stdout, nothing else")                                     \
	ROW(LISTEN, "listen", 'l', "ADDR:PORT|PATH", OPTION_FOR_VNC, OPTION_PATH,              \
	    "listen there (default: a port from 5900 on)")                                     \
	ROW(VIEWER, "viewer", 0, "=CMD", OPTION_FOR_VNC, 0,                                    \
	    "start a viewer, in CMD %h %p %d %u; end with it")                                 \
	ROW(ONCE, "once", 0, NULL, OPTION_FOR_VNC, 0,                                          \
	    "end when the first viewer has disconnected")                                      \
	ROW(ANY_USER, "any-user", 0, NULL, OPTION_FOR_VNC, 0,                                  \
	    "let this machine's other users connect, too")                                     \
	ROW(MAX_VIEWERS, "max-viewers", 0, "N", OPTION_FOR_VNC, 0,                             \
	    "more than N at a time are sent away (default: 8)")                                \
	ROW(AS, "as", 0, "KIND", OPTION_FOR_SEAT, 0, "show it as text, as a picture, or auto") \
	ROW(GRAPHICS, "graphics", 0, "WAY", OPTION_FOR_SEAT, 0,                                \
	    "pictures by kitty, sixel or blocks (else: asked)")                                \
	ROW(TEXT_ONLY, "text-only", 0, NULL, OPTION_FOR_CONSOLE, 0,                            \
	    "never the graphical console in its place")                                        \
	ROW(TEXT, "text", 0, NULL, OPTION_FOR_SHOT, 0, "the screen's text, not a picture")     \
	ROW(FONT, "font", 0, "FILE", OPTION_FOR_READERS, OPTION_PATH | OPTION_EACH,            \
	    "a PSF font that the guest uses (repeatable)")                                     \
	ROW(KEYS, "keys", 0, "LIST", OPTION_FOR_TYPE, OPTION_TYPED | OPTION_EACH,              \
	    "keys by name: ctrl-alt-del,f2,enter (repeatable)")                                \
	ROW(LAYOUT, "layout", 0, "NAME", OPTION_FOR_TYPISTS, 0,                                \
	    "the guest's keyboard: us, gb, de(nodeadkeys), …")                                 \
	ROW(RATE, "rate", 0, "N", OPTION_FOR_TYPE, 0, "type N keys a second (default: 50)")    \
	ROW(JSON, "json", 0, NULL, OPTION_FOR_VNC | OPTION_FOR_SHOT | OPTION_FOR_LIST, 0,      \
	    "say it as JSON")                                                                  \
	ROW(ALL, "all", 0, NULL, OPTION_FOR_LIST, 0, "list templates and snapshots, too")      \
	ROW(COLOR, "color", 0, "WHEN", OPTION_FOR_LIST, 0,                                     \
	    "auto, always or never (default: auto)")                                           \
	ROW(FORGET, "forget", 0, NULL, OPTION_FOR_TRUST, OPTION_TYPED,                         \
	    "remove what is known of HOST")                                                    \
	ROW(MANUAL, "manual", 0, NULL, OPTION_FOR_HELP, OPTION_TYPED, "show the whole manual") \
	ROW(VERBOSE, "verbose", 'v', NULL, OPTION_FOR_ALL, 0,                                  \
	    "say what happens; -vv, -vvv: each request")                                       \
	ROW(QUIET, "quiet", 'q', NULL, OPTION_FOR_ALL, 0, "say nothing but errors")            \
	ROW(HELP, "help", 'h', NULL, OPTION_FOR_ALL, OPTION_TYPED, "show this help")           \
	ROW(LICENCES, "licences", 0, NULL, OPTION_FOR_VERSION, OPTION_TYPED,                   \
	    "whose work is inside, and its terms")                                             \
	ROW(VERSION, "version", 'V', NULL, OPTION_FOR_ALL, OPTION_TYPED, "show the version")

#endif
