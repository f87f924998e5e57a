package dev.spikelane.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** A {@link Work} with its input and memory. */
public interface Case extends AutoCloseable {

    /** Returns the contestants' entries, at most one each. The first is the reference for all others. */
    List<Entry> entries();

    @Override
    void close();

    /**
     * Runs one pass of every contestant.
     *
     * @throws IllegalStateException if one leaves other bits than the first
     */
    default void verify() {
        List<byte[]> expected = null;
        for (Entry entry : entries()) {
            if (entry.contestant().isBound()) {
                continue;
            }
            // The results are cleared, so that no contestant passes with the results of another.
            entry.results().get().forEach(result -> result.fill((byte) 0));
            entry.reset().run();
            entry.pass().run();
            List<MemorySegment> results = entry.results().get();
            if (expected == null) {
                expected = results.stream()
                        .map(result -> result.toArray(ValueLayout.JAVA_BYTE))
                        .toList();
            }
            compare(entry.contestant(), results, expected);
            entry.reset().run();
        }
    }

    private static void compare(Contestant contestant, List<MemorySegment> results, List<byte[]> expected) {
        if (results.isEmpty() || results.size() > expected.size()) {
            throw new IllegalStateException(
                    contestant + " leaves " + results.size() + " results, expected 1 to " + expected.size());
        }
        for (int i = 0; i < results.size(); i++) {
            long at = results.get(i).mismatch(MemorySegment.ofArray(expected.get(i)));
            if (at >= 0) {
                throw new IllegalStateException(contestant + " leaves other bits in result " + i + " at byte " + at);
            }
        }
    }
}
