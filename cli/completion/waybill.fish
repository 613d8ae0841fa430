# Completion of waybill for fish. Load it with: waybill completion fish | source

function __waybill_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines (waybill __complete $words[2..] "$current" 2>/dev/null)
    if test "$lines[1]" = :files
        __fish_complete_path "$current"
    else if set -q lines[1]
        printf '%s\n' $lines
    end
end

complete -c waybill -f -k -a '(__waybill_complete)'
