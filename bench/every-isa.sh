#!/usr/bin/env bash
# Runs the test suite as other machines would: with every instruction set and vector size that the JVM can be held to, with
# native access denied to all but Spikelane, and with an OpenBLAS that is there, turned off, missing, or no OpenBLAS at all. Then
# counts allocations at every vector width, and where products learn. x86-64 only. Some 10 minutes on two quiet cores.
#
#   bench/every-isa.sh             all runs
#   bench/every-isa.sh avx1 deny   those runs
#
# Logs stay in target/every-isa. The exit code is the number of runs that failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=$PWD/target/every-isa
mkdir -p "$folder"
printf 'no library\n' >"$folder/text.so"
# An ELF library that is no OpenBLAS.
foreign=$(ldconfig -p | sed -n 's/.*libz\.so\.1 .*=> //p' | head -n 1)
failed=0

# run NAME ARGUMENT...: one run of Maven, in a line.
run() {
    local name=$1 log=$folder/$1.log start=$SECONDS result=passed
    shift
    mvn -B -ntp test "$@" >"$log" 2>&1 </dev/null || { result=FAILED; failed=$((failed + 1)); }
    # One closing line per execution; only those have no name of a class.
    printf '%-18s %-7s %4d s  %s\n' "$name" "$result" $((SECONDS - start)) "$(
        sed -n 's/\x1b\[[0-9;]*m//g; s/^\[[A-Z]*\] Tests run: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\), Skipped: \([0-9]*\)$/\1 \2 \3 \4/p' "$log" |
            awk '{ tests += $1; bad += $2 + $3; skipped += $4 } END { printf "%d tests, %d bad, %d skipped", tests, bad, skipped }')"
}

# suite NAME FLAGS: the whole suite in JVMs with these flags.
suite() {
    run "$1" -Pusers -Dwidth.tests.phase=none -Dtest.flags="$2"
}

allocations() {
    run "$1" -Dtest='*AllocationTest' -Dspikelane.simd="${1#allocation-}" -Dspikelane.tries=all
}

chosen=("$@")
[ $# -gt 0 ] || chosen=(avx0 avx1 avx2 avx3 vector16 vector32 vector64 deny allocation-512 allocation-256 allocation-128 allocation-scalar allocation-learn)
for name in "${chosen[@]}"; do
    case $name in
        avx0) suite "$name" "-XX:UseAVX=0 -Dspikelane.openblas=off" ;;
        avx1) suite "$name" "-XX:UseAVX=1 -Dspikelane.openblas=$folder/missing.so" ;;
        avx2) suite "$name" "-XX:UseAVX=2 -Dspikelane.openblas=$folder/text.so" ;;
        avx3) suite "$name" "-XX:UseAVX=3" ;;
        vector16) suite "$name" "-XX:MaxVectorSize=16 -Dspikelane.openblas=$foreign" ;;
        vector32) suite "$name" "-XX:MaxVectorSize=32 -Dspikelane.openblas=$folder" ;;
        vector64) suite "$name" "-XX:MaxVectorSize=64" ;;
        deny) suite "$name" "--illegal-native-access=deny" ;;
        # Products that learn their costs, as on CPUs without constants of their own.
        allocation-learn)
            run "$name" -Dtest='PathPartsAllocationTest,TrainAllocationTest' -DreuseForks=false -Dspikelane.costs=learn -Dspikelane.tries=all
            ;;
        allocation-*) allocations "$name" ;;
        *) printf 'every-isa.sh: no run is called %s\n' "$name" >&2; exit 2 ;;
    esac
done
exit "$failed"
