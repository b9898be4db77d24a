# Completions of dct for fish. What there is to offer is asked of dct itself; nothing that was typed is evaluated.

function __dct_candidates
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    set -l typed (commandline --current-token --cut-at-cursor)
    set -l plain (string unescape -- "$typed"; or echo "$typed")
    DCT_COMPLETE=1 command dct -- $words[2..] "$plain" 2>/dev/null
end

complete --command dct --no-files --keep-order --arguments '(__dct_candidates)'
