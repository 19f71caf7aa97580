# SPDX-License-Identifier: ISC
# Completion of xencon's commands and options for fish.

complete -c xencon -f
complete -c xencon -n __fish_use_subcommand -a console -d 'attach to the text console'
complete -c xencon -n __fish_use_subcommand -a help -d 'show what a command does and takes'
complete -c xencon -n __fish_use_subcommand -a version -d 'show the version'

complete -c xencon -s s -l server -x -a '(__fish_print_hostnames)' -d 'the server'
complete -c xencon -s u -l user -x -d 'log in as this user'
complete -c xencon -l password-file -r -F -d 'file whose first line is the password'
complete -c xencon -l password-command -x -d 'command that prints the password'
complete -c xencon -l cacert -r -F -d 'trust the certificates in this file'
complete -c xencon -l fingerprint -x -d 'trust this certificate alone'
complete -c xencon -l insecure -d 'trust any certificate'
complete -c xencon -s 4 -d 'use IPv4 only'
complete -c xencon -s 6 -d 'use IPv6 only'
complete -c xencon -l connect-timeout -x -d 'how long each step of connecting may take'
complete -c xencon -l dom0 -x -a '(__fish_print_hostnames)' -d 'the control domain of a host'
complete -c xencon -s e -l escape -x -d 'the escape character'
complete -c xencon -l log -r -F -d 'append what the console prints to a file'
complete -c xencon -l timestamps -d 'begin each line of the log with the time'
complete -c xencon -l idle -x -d 'after the end of input, leave after this silence'
complete -c xencon -l stdio -d 'raw bytes on stdin and stdout'
complete -c xencon -s v -l verbose -d 'say what happens'
complete -c xencon -s q -l quiet -d 'say nothing but errors'
complete -c xencon -s h -l help -d 'show help'
complete -c xencon -s V -l version -d 'show the version'
