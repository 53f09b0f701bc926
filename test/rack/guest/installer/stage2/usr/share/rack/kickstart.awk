# Reads a kickstart into pieces a shell can run: OUT/commands has one command per line with words separated by US
# (octal 037); each section becomes OUT/NNN.<type> (its body) and OUT/NNN.<type>.options. Refuses, with the reason in OUT/error,
# what Anaconda refuses. Variables: out, table (known commands), strict (0 before %pre ran: a missing include may still
# appear, and only the sections count).

function refuse(message) {
  print message > (out "/error")
  failed = 1
  exit 1
}

# Splits like a shell: quotes group, # starts a comment.
function words_of(text,    i, c, quote, word, inside) {
  count = 0; quote = ""; word = ""; inside = 0
  for (i = 1; i <= length(text); i++) {
    c = substr(text, i, 1)
    if (quote != "") {
      if (c == quote) quote = ""
      else if (c == "\\" && quote == "\"") word = word substr(text, ++i, 1)
      else word = word c
    } else if (c == "\"" || c == "'") { quote = c; inside = 1 }
    else if (c == "\\") { word = word substr(text, ++i, 1); inside = 1 }
    else if (c == "#" && !inside) break
    else if (c ~ /[ \t]/) {
      if (inside) words[++count] = word
      word = ""; inside = 0
    } else { word = word c; inside = 1 }
  }
  if (quote != "") refuse("No closing quotation: " text)
  if (inside) words[++count] = word
}

function read_table(    line, parts, n, i) {
  while ((getline line < table) > 0) {
    if (line ~ /^#/ || line == "") continue
    n = split(line, parts, " ")
    known[parts[1]] = 1
    for (i = 2; i <= n; i++) {
      if (parts[i] == ".") positional[parts[1]] = 1
      else if (parts[i] ~ /=$/) valued[parts[1], "--" substr(parts[i], 1, length(parts[i]) - 1)] = 1
      else flags[parts[1], "--" parts[i]] = 1
    }
  }
}

# Writes a command with "--name value" joined to "--name=value", after checking each option.
function command(where,    i, name, option, line, equals) {
  name = words[1]
  if (!(name in known)) refuse(where ": Unknown command: " name)
  line = name
  for (i = 2; i <= count; i++) {
    option = words[i]
    equals = index(option, "=")
    if (option !~ /^--/) {
      if (!(name in positional)) refuse(where ": " name ": unrecognized arguments: " option)
    } else if (equals > 0) {
      if (!((name, substr(option, 1, equals - 1)) in valued)) refuse(where ": " name ": unrecognized arguments: " option)
    } else if ((name, option) in valued) {
      if (i == count) refuse(where ": " name ": argument " option ": expected one argument")
      option = option "=" words[++i]
    } else if (!((name, option) in flags)) refuse(where ": " name ": unrecognized arguments: " option)
    line = line "\037" option
  }
  print line > (out "/commands")
}

function section_start(where,    type, i, options) {
  type = substr(words[1], 2)
  if (type !~ /^(pre|pre-install|post|onerror|traceback|packages|addon|anaconda)$/)
    refuse(where ": Unknown kickstart section: %" type)
  section = sprintf("%s/%03d.%s", out, ++sections, type)
  options = ""
  for (i = 2; i <= count; i++) {
    if (type ~ /^(pre|pre-install|post|onerror|traceback)$/ &&
        words[i] !~ /^--(interpreter|log|logfile|erroronfail|nochroot)(=|$)/ && words[i - 1] !~ /^--(interpreter|log|logfile)$/)
      refuse(where ": %" type ": unrecognized arguments: " words[i])
    options = options words[i] "\n"
  }
  printf "%s", options > (section ".options")
  printf "" > section
}

function read_file(path, depth,    line, number, status) {
  if (depth > 10) refuse("Too many levels of %include: " path)
  number = 0
  while ((status = (getline line < path)) > 0) {
    number++
    sub(/\r$/, "", line)
    if (section != "") {
      if (line ~ /^[ \t]*%end[ \t]*(#.*)?$/) { close(section); section = "" }
      else print line > section
      continue
    }
    words_of(line)
    if (count == 0) continue
    if (words[1] == "%include") include(words[2], path ":" number, depth)
    else if (words[1] == "%ksappend") refuse(path ":" number ": %ksappend is not supported here")
    else if (words[1] ~ /^%/) section_start(path ":" number)
    else if (strict) command(path ":" number)
  }
  if (status < 0) refuse("Unable to open input kickstart file: " path)
  close(path)
  if (section != "" && depth == 0) refuse("Section " section " does not end with %end.")
}

function include(path, where, depth,    line, status, probe) {
  status = (getline probe < path)
  close(path)
  if (status < 0) {
    if (strict) refuse(where ": Unable to open input kickstart file: " path)
    return
  }
  read_file(path, depth + 1)
}

BEGIN {
  read_table()
  read_file(kickstart, 0)
  if (failed) exit 1
}
