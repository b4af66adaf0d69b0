# Finds the JDK that git-fs runs on; sourced by ./git-fs, ./verify and finish-build.
# Reads each candidate's "release" file rather than run it: no process is started.

readonly jdk_wanted=25

# The version of the JDK at $1, its first number, in $jdk_version; 0 if there is no JDK.
jdk_version_of() {
  local line
  jdk_version=0
  [[ -x $1/bin/java && -x $1/bin/javac && -r $1/release ]] || return
  while IFS= read -r line; do
    if [[ $line =~ ^JAVA_VERSION=\"?([0-9]+) ]]; then
      jdk_version=${BASH_REMATCH[1]}
      return
    fi
  done <"$1/release"
}

# Sets $jdk to the first of $@ that is a JDK and new enough.
first_jdk() {
  local candidate
  for candidate; do
    [[ -n $candidate ]] || continue
    jdk_version_of "$candidate"
    if ((jdk_version >= jdk_wanted)); then
      jdk=$candidate
      return 0
    fi
  done
  return 1
}

# Sets $jdk, or fails with advice. Looks last where looking starts a process.
find_jdk() {
  local javac
  first_jdk "${JAVA_HOME-}" /usr/lib/jvm/* && return
  javac=$(readlink -f "$(type -P javac)") && first_jdk "${javac%/bin/javac}" && return
  first_jdk "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/* /opt/{jdk,java}* /usr/java/* \
    /usr/local/{jdk,java,openjdk}* && return
  cat >&2 <<MESSAGE
git-fs: needs a JDK, version $jdk_wanted or newer, and found none.
Install one, as root:  apt-get install openjdk-$jdk_wanted-jdk-headless
(or temurin-$jdk_wanted-jdk of Adoptium), or name one:  export JAVA_HOME=DIRECTORY
MESSAGE
  return 1
}
