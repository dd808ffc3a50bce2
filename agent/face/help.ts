/** What `-h` shows. */
export const helpText = `baton-agent COMMAND [FLAGS]
watch [-check]         keeps the addresses held; -check only reads the files
check [-online]        looks for faults; -online asks cloud and peers too
status [-json]         who holds what, and why
handover               gives the addresses to the next node
maintenance on|off     leaves or joins the election
priority +1|-1|NUMBER  lowest wins
claim|release [-ip IP] [-instance ID] [-dry-run]
version
-config FILE (/etc/baton/agent.json), -socket FILE (/run/baton/status.sock)

exoip -A|-D|-W         associates, dissociates, watches
-xi IP -xk KEY -xs SECRET [-xe URL] [-i INSTANCE] [-nic-id ID]
-p PEER,... or -G GROUP [-P PRIORITY] [-t SECONDS] [-r RATIO] [-l ADDRESS:PORT]
[-n] only checks [-v] verbose [-O] logs to stdout`;
