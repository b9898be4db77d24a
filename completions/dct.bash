# Completions of dct for bash. What there is to offer is asked of dct itself; nothing that was typed is evaluated.

_dct() {
    local line=${COMP_LINE:0:COMP_POINT} words=() last=-1 i blank word
    # Bash cuts words at : and = too, but an image's name is one word: what stands together on the line is put together again.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        blank=${line%%[![:space:]]*}
        line=${line#"$blank"}
        word=${COMP_WORDS[i]}
        if [[ $i -eq $COMP_CWORD ]]; then word=$line; fi
        if [[ -n $blank || $last -lt 0 ]]; then
            last=$((last + 1))
            words[last]=
        fi
        words[last]+=$word
        line=${line#"$word"}
    done
    words=("${words[@]//[\'\"\\]/}")

    # Bash replaces what stands behind the last of these only.
    local typed=${words[last]} kept= sign
    for sign in : =; do
        if [[ $COMP_WORDBREAKS == *"$sign"* && ${typed#"$kept"} == *"$sign"* ]]; then kept=${typed%"${typed##*"$sign"}"}; fi
    done

    local value open= files=yes
    COMPREPLY=()
    while IFS=$'\t' read -r value _; do
        [[ -n $value ]] || continue
        COMPREPLY+=("${value#"$kept"}")
        [[ -e ${value/#\~/$HOME} ]] || files=
        [[ $value == *[/:] ]] && open=yes
    done <<<"$(DCT_COMPLETE=1 command dct -- "${words[@]:1}" 2>/dev/null)"
    if [[ -n $files && ${#COMPREPLY[@]} -gt 0 ]]; then compopt -o filenames 2>/dev/null; fi
    if [[ -n $open ]]; then compopt -o nospace 2>/dev/null; fi
}

complete -F _dct dct
