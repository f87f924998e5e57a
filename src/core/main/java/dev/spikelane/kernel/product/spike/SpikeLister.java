package dev.spikelane.kernel.product.spike;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Lists, for each row and each section of {@value #GROUPS} groups of four inputs, the groups with an active input, as
 * the places of their entries in the section's tables. Four rows with lists of similar length are a bundle. Shorter
 * lists are padded with the entry of no spike, so that in the loop that adds them no branch but its length depends on
 * spikes.
 *
 * <p>A section is a run of longs. Each bundle has its length, its four rows (16 bits each), and for each index of the
 * lists one long with four places of entries (16 bits each, in bytes).
 */
@SuppressWarnings("NarrowCalculation") // offsets within the lists are int on purpose
final class SpikeLister {

    /** Groups of a section: two words, or 128 inputs. */
    static final int GROUPS = 32;

    private static final int INPUTS = 4 * GROUPS;
    private static final int WORDS = INPUTS / Long.SIZE;
    private static final int SECTIONS = SpikePanels.INPUTS / INPUTS;
    private static final int BUNDLE = 4;

    /** Offset of the number of rows with lists of each length, then of the first place of each length in the order. */
    private static final int PLACES = 0;

    /** Offset of the list length of each row. */
    private static final int LENGTHS = PLACES + (GROUPS + 2) * Integer.BYTES;

    /** Offset of the rows in the order of their lengths. */
    private static final int ORDER = LENGTHS + SpikePanels.ROWS * Integer.BYTES;

    /** Offset of the start of each section; {@link #BUNDLES} is the offset of the number of bundles. */
    private static final int STARTS = ORDER + SpikePanels.ROWS * Integer.BYTES;

    private static final int BUNDLES = STARTS + SECTIONS * Integer.BYTES;

    private static final int LISTS = BUNDLES + 4 * Integer.BYTES;

    private static final int MOST_BUNDLES = SpikePanels.ROWS / BUNDLE;

    /** Bytes of the lists. */
    static final int BYTES = LISTS + SECTIONS * MOST_BUNDLES * (2 + GROUPS) * Long.BYTES;

    private static final long LOWEST_OF_GROUPS = 0x1111_1111_1111_1111L;

    private SpikeLister() {}

    /** Returns the offset of the lists of a section. */
    static int start(MemorySegment lists, int section) {
        return lists.get(JAVA_INT, STARTS + section * Integer.BYTES);
    }

    static int bundles(MemorySegment lists) {
        return lists.get(JAVA_INT, BUNDLES);
    }

    static void list(SpikeMatrix spikes, int row, int rows, int input, int inputs, MemorySegment lists) {
        int words = Math.ceilDiv(inputs, Long.SIZE);
        int firstWord = input / Long.SIZE;
        int at = LISTS;
        for (int word = 0; word < words; word += WORDS) {
            lists.set(JAVA_INT, STARTS + word / WORDS * Integer.BYTES, at);
            long from = spikes.rowOffset(row) + (long) (firstWord + word) * Long.BYTES;
            int some = Math.min(WORDS, words - word);
            sort(spikes, from, rows, some, lists);
            at = bundle(spikes, from, rows, some, lists, at);
        }
        lists.set(JAVA_INT, BUNDLES, Math.ceilDiv(rows, BUNDLE));
    }

    /** Returns the lowest bit of each group of four if the group has a bit. */
    private static long groups(long bits) {
        long pairs = bits | bits >>> 1;
        return (pairs | pairs >>> 2) & LOWEST_OF_GROUPS;
    }

    /** Sorts the rows by the lengths of their lists, by counting. */
    private static void sort(SpikeMatrix spikes, long from, int rows, int words, MemorySegment lists) {
        for (int length = 0; length < GROUPS + 2; length++) {
            lists.set(JAVA_INT, PLACES + length * Integer.BYTES, 0);
        }
        long step = spikes.rowOffset(1);
        for (int row = 0; row < rows; row++) {
            int length = 0;
            for (int word = 0; word < words; word++) {
                length += Long.bitCount(groups(spikes.segment().get(JAVA_LONG, from + row * step + word * Long.BYTES)));
            }
            lists.set(JAVA_INT, LENGTHS + row * Integer.BYTES, length);
            int place = PLACES + (length + 1) * Integer.BYTES;
            lists.set(JAVA_INT, place, lists.get(JAVA_INT, place) + 1);
        }
        int place = 0;
        for (int length = 0; length <= GROUPS; length++) {
            place += lists.get(JAVA_INT, PLACES + length * Integer.BYTES);
            lists.set(JAVA_INT, PLACES + length * Integer.BYTES, place);
        }
        for (int row = 0; row < rows; row++) {
            int length = lists.get(JAVA_INT, LENGTHS + row * Integer.BYTES);
            int next = lists.get(JAVA_INT, PLACES + length * Integer.BYTES);
            lists.set(JAVA_INT, ORDER + next * Integer.BYTES, row);
            lists.set(JAVA_INT, PLACES + length * Integer.BYTES, next + 1);
        }
    }

    /** Writes the bundles of a section, and returns the offset of their end. */
    private static int bundle(SpikeMatrix spikes, long from, int rows, int words, MemorySegment lists, int start) {
        long step = spikes.rowOffset(1);
        int at = start;
        for (int first = 0; first < rows; first += BUNDLE) {
            int last = lists.get(JAVA_INT, ORDER + Math.min(first + BUNDLE, rows) * Integer.BYTES - Integer.BYTES);
            int length = lists.get(JAVA_INT, LENGTHS + last * Integer.BYTES);
            lists.set(JAVA_LONG, at, length);
            for (int i = 0; i < BUNDLE; i++) {
                int row =
                        first + i < rows ? lists.get(JAVA_INT, ORDER + (first + i) * Integer.BYTES) : SpikePanels.ROWS;
                lists.set(JAVA_SHORT, at + Long.BYTES + i * Short.BYTES, (short) row);
                int to = at + 2 * Long.BYTES + i * Short.BYTES;
                int end = to + length * Long.BYTES;
                if (row < SpikePanels.ROWS) {
                    to = entries(spikes, from + row * step, words, lists, to);
                }
                for (; to < end; to += Long.BYTES) {
                    lists.set(JAVA_SHORT, to, (short) 0);
                }
            }
            at += (2 + length) * Long.BYTES;
        }
        return at;
    }

    /** Writes the places of a row's entries, eight bytes apart. */
    private static int entries(SpikeMatrix spikes, long from, int words, MemorySegment lists, int start) {
        int to = start;
        for (int word = 0; word < words; word++) {
            long bits = spikes.segment().get(JAVA_LONG, from + word * Long.BYTES);
            for (long left = groups(bits); left != 0; left &= left - 1) {
                int bit = Long.numberOfTrailingZeros(left);
                int group = word * 16 + bit / 4;
                int entry = (int) (bits >>> bit & 15);
                int place = group / 2 * SpikePanels.TABLE_BYTES
                        + entry * SpikePanels.ENTRY_BYTES
                        + group % 2 * SpikePanels.Shape.LISTS.bytes;
                lists.set(JAVA_SHORT, to, (short) place);
                to += Long.BYTES;
            }
        }
        return to;
    }
}
