# The commands of the course; ./run reads this file and has say, build and need_catch2.
#
#   ./run course               lists the exercises, and which are solved
#   ./run course 7             prints exercise 7, and makes the file for it: course/07-….cpp
#   ./run course check 7       compiles that file and judges it
#   ./run course hint 7        the next of three hints
#
# What the learner writes and has reached is in $NORMA_COURSE, else in the folder course/ beside ./run, which git
# ignores.

course_home=${NORMA_COURSE:-"$root/course"}

# The folder of exercise $1, "07-moments".
course_name() {
  [[ ${1:-} =~ ^[0-9]{1,2}$ ]] || { say "name an exercise by its number, for example ./run course 1"; exit 2; }
  local found
  found=$(cd "$root/docs/course" && ls -d "$(printf '%02d' "$((10#$1))")"-*/ 2>/dev/null) ||
    { say "there is no exercise $1; ./run course lists them"; exit 2; }
  echo "${found%/}"
}

# solved NAME, hints NAME
course_solved() { grep -qx "solved $1" "$course_home/progress" 2>/dev/null; }
course_hints() { grep -cx "hint $1" "$course_home/progress" 2>/dev/null || true; }

course_list() {
  local name part solved=0 count=0
  for name in $(cd "$root/docs/course" && ls -d [0-9][0-9]-*/); do
    name=${name%/}
    part=$(sed -n "s/^$((10#${name%%-*}))\. *//p" "$root/docs/course/parts")
    [ -z "$part" ] || printf '\n%s\n' "$part"
    count=$((count + 1))
    if course_solved "$name"; then solved=$((solved + 1)) && printf '  [x] '; else printf '  [ ] '; fi
    sed -n '1s/^# //p' "$root/docs/course/$name/text.md"
  done
  printf '\n%s of %s are solved. Read one: ./run course %s\n' "$solved" "$count" 1
}

course_show() {
  local name file
  name=$(course_name "$1")
  file="$course_home/$name.cpp"
  cat "$root/docs/course/$name/text.md"
  mkdir -p "$course_home"
  [ -e "$file" ] || cp "$root/docs/course/$name/start.cpp" "$file"
  printf '\nYour file: %s\nJudge it:  ./run course check %s\nA hint:    ./run course hint %s\n' "$file" "$1" "$1"
}

# Compiles FILE as a library for the judge. What it shows of an error is the compiler's.
course_compile() {
  local file=$1 out=$2
  "${CXX:-g++}" -std=c++20 -O1 -g1 -fno-tree-sra -fsanitize=thread -fPIC -Wall -Wno-unknown-pragmas -I"$root" -x c++ -c "$file" -o "$out.o" &&
    "${CXX:-g++}" -shared -o "$out" "$out.o"
}

# course_check NUMBER [FILE]
course_check() {
  local name file work status=0
  name=$(course_name "${1:-}")
  file=${2:-"$course_home/$name.cpp"}
  [ -e "$file" ] || { say "there is no $file; ./run course $1 makes it"; exit 1; }
  [ -x "$root/build/release/bin/course_judge" ] || need_catch2 release
  build release course_judge
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  course_compile "$file" "$work/exercise.so" || { say "$file does not compile: see above"; exit 1; }
  "$root/build/release/bin/course_judge" "$((10#$1))" "$work/exercise.so" || status=$?
  if [ $status -eq 0 ] && [ -z "${2:-}" ]; then
    mkdir -p "$course_home"
    course_solved "$name" || echo "solved $name" >>"$course_home/progress"
    printf 'Exercise %s is solved. ' "$1"
    [ ! -d "$(echo "$root/docs/course/$(printf '%02d' $((10#$1 + 1)))"-*)" ] || printf 'The next one: ./run course %s' $((10#$1 + 1))
    echo
  fi
  exit $status
}

course_hint() {
  local name given
  name=$(course_name "${1:-}")
  given=$(($(course_hints "$name") + 1))
  [ $given -le 3 ] || { say "there are three hints, and you have them: see docs/course/$name/hints.md"; exit 1; }
  awk -v n="## $given" '$0 == n { on = 1; next } /^## / { on = 0 } on' "$root/docs/course/$name/hints.md"
  mkdir -p "$course_home"
  echo "hint $name" >>"$course_home/progress"
}

course() {
  case ${1:-} in
    "") course_list ;;
    check) shift && course_check "$@" ;;
    hint) shift && course_hint "$@" ;;
    -h | --help) sed -n '3,6s/^# *//p' "$root/docs/course/course.sh" ;;
    *) course_show "$1" ;;
  esac
}
