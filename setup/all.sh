# What ./run and ./test share. To be sourced from the project's folder, with MACHIZU_HOME set and absolute.

. setup/say.sh
. setup/checks.sh
. setup/packages.sh
. setup/system.sh
. setup/python.sh
. setup/frontend.sh
. setup/messages.sh
