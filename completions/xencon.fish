# SPDX-License-Identifier: ISC
# Completion for fish. What is offered is the program's own word, for which it is asked.

function __xencon_offer
	set -l words (commandline -opc)
	set -l current (commandline -ct)
	# fish itself compares what is typed with what is offered; only options are asked for by their beginning.
	string match -q -- '-*' "$current"; or set current ''
	set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
	set -l offers ($program completion words -- $words[2..-1] "$current" 2>/dev/null </dev/null)
	set -l head (string split -m 1 ' ' -- $offers[1])
	set -l prefix "$head[2]"
	switch "$head[1]"
		case files
			for file in (__fish_complete_path (string sub -s (math (string length -- "$prefix") + 1) -- (commandline -ct)))
				echo $prefix$file
			end
		case programs
			__fish_complete_command
		case hosts
			for host in (__fish_print_hostnames)
				echo $prefix$host
			end
		case words
			printf '%s\n' $offers[2..-1]
	end
end

complete -c xencon -f -k -a '(__xencon_offer)'
