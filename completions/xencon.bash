# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Completion of xencon's commands and options for bash.

_xencon()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local options='--server -s --user -u --password-file --password-command --cacert
		--fingerprint --insecure --legacy-tls --proxy-command --console-address --profile -P
		--config --forget -4 -6 --connect-timeout --keepalive --dom0 --escape -e
		--wait --reconnect --log --timestamps --idle --until --timeout --read-only --stdio
		--listen -l --viewer --once --any-user --max-viewers --as --graphics --text-only --text --font --keys --layout --rate --json --all --color --verbose -v --quiet -q --help -h --version -V'
	local commands='console screen vnc shot type list trust help version'

	COMPREPLY=()
	case $prev in
	--password-file | --config | --cacert | --log | --listen | -l | --font)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--password-command | --proxy-command)
		mapfile -t COMPREPLY < <(compgen -c -- "$cur")
		return
		;;
	--server | -s | --dom0 | --console-address)
		mapfile -t COMPREPLY < <(compgen -A hostname -- "$cur")
		return
		;;
	--user | -u | --profile | -P | --fingerprint | --connect-timeout | --keepalive | --escape | -e | \
		--idle | --until | --timeout | --max-viewers | --keys | --layout | --rate | --as | --graphics | --color)
		return
		;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
	else
		mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur")
	fi
}

complete -F _xencon xencon
