package dev.spikelane.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Input and memory that one or more works share: what a JMH benchmark sets up, and a line or more of the {@link Table}. */
public interface Case extends AutoCloseable {

    /** The works on this input. The first contestant of the first is the reference for all. */
    List<Work> works();

    @Override
    void close();

    /**
     * Lets every contestant do its pass once.
     *
     * @throws IllegalStateException if one leaves other bits than the first
     */
    default void verify() {
        List<byte[]> expected = null;
        for (Work work : works()) {
            for (Entry entry : work.entries()) {
                if (entry.results().isEmpty()) {
                    continue;
                }
                // Nobody may pass with what the one before left.
                entry.results().forEach(result -> result.fill((byte) 0));
                entry.reset().run();
                entry.pass().run();
                if (expected == null) {
                    expected = entry.results().stream()
                            .map(result -> result.toArray(ValueLayout.JAVA_BYTE))
                            .toList();
                } else {
                    compare(work, entry, expected);
                }
                entry.reset().run();
            }
        }
    }

    private static void compare(Work work, Entry entry, List<byte[]> expected) {
        for (int i = 0; i < expected.size(); i++) {
            long at = entry.results().get(i).mismatch(MemorySegment.ofArray(expected.get(i)));
            if (at >= 0) {
                throw new IllegalStateException(work.name() + ": " + entry.contestant()
                        + " leaves other bits in result " + i + " at byte " + at);
            }
        }
    }
}
