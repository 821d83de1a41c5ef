/** What `posthorn completion SHELL` prints. The scripts ask posthorn itself, so they hold no list that could be out of date. */

const bash = `# Completion of posthorn for bash:  source <(posthorn completion bash)
_posthorn() {
  local paths line
  COMPREPLY=()
  {
    IFS= read -r paths
    while IFS= read -r line; do COMPREPLY+=("$line"); done
  } < <(command posthorn __complete bash "$COMP_WORDBREAKS" "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
  case $paths in
    files) compopt -o default ;;
    dirs) compopt -o dirnames ;;
  esac
}
complete -F _posthorn posthorn`;

const zsh = `#compdef posthorn
# Completion of posthorn for zsh: a file _posthorn in a folder of $fpath, or  source <(posthorn completion zsh)
_posthorn() {
  local paths
  local -a lines
  lines=("\${(@f)$(command posthorn __complete zsh "\${(@)words[1,CURRENT-1]}" "\${words[CURRENT]%"$SUFFIX"}" 2>/dev/null)}")
  paths=$lines[1]
  lines=("\${(@)lines[2,-1]}")
  [[ $PREFIX == --*=* ]] && compset -P '--*='
  case $paths in
    files) _files ;;
    dirs) _files -/ ;;
    *) (( $#lines )) && _describe -t values value lines ;;
  esac
}
if [[ $funcstack[1] == _posthorn ]]; then
  _posthorn "$@"
else
  compdef _posthorn posthorn
fi`;

const fish = `# Completion of posthorn for fish:  posthorn completion fish > ~/.config/fish/completions/posthorn.fish
function __posthorn_complete
    set -l current (commandline -ct)
    set -l lines (command posthorn __complete fish (commandline -opc) "$current" 2>/dev/null)
    set -l option (string match -r -- '^--[^=]*=' "$current")
    set -l path (string replace -r -- '^--[^=]*=' '' "$current")
    switch "$lines[1]"
        case files
            __fish_complete_path "$path" | string replace -r -- '^' "$option"
        case dirs
            __fish_complete_directories "$path" '' | string replace -r -- '^' "$option"
        case '*'
            printf '%s\\n' $lines[2..-1]
    end
end
complete -c posthorn -f -a '(__posthorn_complete)'`;

export const completionScripts: Readonly<Record<'bash' | 'zsh' | 'fish', string>> = {
  bash,
  zsh,
  fish,
};
