# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# shellcheck disable=SC1003 # a backslash in quotes is meant
# Completion for bash. What is offered is the program's own word, for which it is asked; here stands only how
# bash's line is taken apart, and how a name is written into it.

# Writes $1 into REPLY as it must stand behind what is typed: within the quotes $2, or without any.
_xencon_quote()
{
	local LC_ALL=C i char
	REPLY=$1
	case $2 in
	\')
		REPLY=${1//\'/\'\\\'\'}
		return
		;;
	\") [[ $1 == *[\\\$\`\"]* ]] || return 0 ;;
	*) [[ $1 == *[$'\x01'-,\;-@\[-^\`\{-$'\x7f']* ]] || return 0 ;;
	esac
	REPLY=
	for ((i = 0; i < ${#1}; i++)); do
		char=${1:i:1}
		if [[ $2 == \" ]]; then
			[[ $char == [\\\$\`\"] ]] && REPLY+=\\
		else
			[[ $char == [!a-zA-Z0-9_./:=@%+,-] && $char < $'\x80' ]] && REPLY+=\\
		fi
		REPLY+=$char
	done
}

_xencon()
{
	local line=${COMP_LINE:0:COMP_POINT}
	local LC_ALL=C
	# The words as the program would see them; of the present one, the part before which bash replaces nothing,
	# and the quotes that are open.
	local -a words=() offers=()
	local word='' before='' quote='' begun='' i char offer kind prefix value

	for ((i = 0; i < ${#line}; i++)); do
		char=${line:i:1}
		case "$quote|$char" in
		"'|'" | '"|"')
			quote=
			before=$word
			;;
		"'|"*) word+=$char ;;
		'"|\')
			[[ ${line:i+1:1} == [\\\$\`\"] ]] && i=$((i + 1))
			word+=${line:i:1}
			;;
		'"|'*) word+=$char ;;
		"|'" | '|"')
			quote=$char
			before=$word
			begun=1
			;;
		'| ' | $'|\t')
			[[ -n $begun ]] && words+=("$word")
			word='' before='' begun=''
			;;
		'|\')
			i=$((i + 1))
			word+=${line:i:1}
			begun=1
			;;
		*)
			word+=$char
			begun=1
			[[ $COMP_WORDBREAKS == *"$char"* ]] && before=$word
			;;
		esac
	done

	COMPREPLY=()
	mapfile -t offers < <("${words[0]/#\~\//$HOME/}" completion words -- "${words[@]:1}" "$word" 2>/dev/null </dev/null)
	((${#offers[@]} > 0)) || return 0
	kind=${offers[0]%% *}
	prefix=${offers[0]#"$kind"}
	prefix=${prefix# }
	value=${word#"$prefix"}
	unset LC_ALL
	case $kind in
	files)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$value")
		;;
	programs) mapfile -t COMPREPLY < <(compgen -c -- "$value") ;;
	hosts) mapfile -t COMPREPLY < <(compgen -A hostname -- "$value") ;;
	words)
		for offer in "${offers[@]:1}"; do
			offer=${offer%%$'\t'*}
			[[ $offer == "$word"* ]] || continue
			[[ $offer == --*= ]] && compopt -o nospace
			_xencon_quote "${offer:${#before}}" "$quote"
			COMPREPLY+=("$REPLY")
		done
		;;
	esac
}

complete -F _xencon xencon
