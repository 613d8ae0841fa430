#compdef waybill
# Completion of waybill for zsh. Load it with: source <(waybill completion zsh)

_waybill() {
  local -a lines candidates
  local line
  lines=("${(@f)$(waybill __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ ${lines[1]} == :files ]]; then
    _files
    return
  fi
  for line in $lines; do
    # A colon ends the value for _describe, unless it is escaped.
    candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done
  _describe -V waybill candidates
}

# Sourced, it registers itself; found in fpath under the name _waybill, it is the function's body.
if [[ ${funcstack[1]} == _waybill ]]; then
  _waybill "$@"
elif (( $+functions[compdef] )); then
  compdef _waybill waybill
fi
