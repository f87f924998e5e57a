package dev.spikelane.io;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.memory.EventBlock;
import dev.spikelane.memory.SpikeMatrix;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Events of a recording in memory to packed spikes, steps of a millisecond with some 1,000 events each. */
public record EventWork(Format format) implements Work {

    /** The formats of recordings. */
    public enum Format {
        /** N-MNIST's, all pixels of 34 x 34. */
        BIN(34, 34, 1),
        /** Single events and vectors mixed at random; 640 x 480 in squares of 4. */
        EVT3(640, 480, 4);

        private final int width;
        private final int height;
        private final int square;

        Format(int width, int height, int square) {
            this.width = width;
            this.height = height;
            this.square = square;
        }
    }

    private static final int EVENTS = 1_000_000;
    private static final int STEP = 1_000;
    private static final int STEPS = EVENTS / STEP;

    @Override
    public String name() {
        return "events " + format + " threads 1";
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public int operations() {
        return EVENTS;
    }

    private byte[] recording() {
        Random random = new Random(1);
        ByteBuffer out = ByteBuffer.allocate(8 * EVENTS + 100);
        if (format == Format.BIN) {
            for (int i = 0; i < EVENTS; i++) {
                out.put((byte) random.nextInt(34)).putInt(random.nextInt(34) << 24 | random.nextInt(2) << 23 | i);
            }
            return Arrays.copyOf(out.array(), out.position());
        }
        out.order(ByteOrder.LITTLE_ENDIAN);
        int time = -1;
        for (int made = 0; made < EVENTS; ) {
            if (time < 0 || time >>> 12 != made >>> 12) {
                out.putShort((short) (0x8000 | made >>> 12));
            }
            time = made;
            out.putShort((short) (0x6000 | time & 0xFFF)).putShort((short) random.nextInt(480));
            int place = random.nextInt(2) << 11 | random.nextInt(600);
            if (random.nextBoolean()) {
                out.putShort((short) (0x2000 | place));
                made++;
            } else {
                int mask = random.nextInt() & random.nextInt() & 0xF_FFFF;
                mask &= Integer.bitCount(mask) > EVENTS - made ? 0 : -1;
                out.putShort((short) (0x3000 | place)).putShort((short) (0x4000 | mask & 0xFFF));
                out.putShort((short) (0x5000 | mask >>> 12));
                made += Integer.bitCount(mask);
            }
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    @Override
    public Case open() {
        return new Open(this);
    }

    private static final class Open implements Case {
        private final Arena arena = Arena.ofShared();
        private final EventWork work;
        private final EventBinning binning;
        private final byte[] recording;
        private final SpikeMatrix spikes;

        Open(EventWork work) {
            this.work = work;
            Format format = work.format;
            binning = EventBinning.of(format.width, format.height)
                    .withStepTime(STEP)
                    .withDownsampling(format.square);
            recording = work.recording();
            spikes = SpikeMatrix.zeros(arena, STEPS, binning.shape().size());
        }

        private void read() {
            try (EventSource source = EventSource.open(
                    "x." + work.format.name().toLowerCase(Locale.ROOT), new ByteArrayInputStream(recording))) {
                long placed = binning.read(source, spikes);
                if (placed != EVENTS) {
                    throw new IllegalStateException(placed + " events of " + EVENTS);
                }
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }

        /** Creates the entry of C, in memory of its own. */
        private Entry yardstick() {
            MethodHandle function = Yardstick.function(
                    "events_" + work.format.name().toLowerCase(Locale.ROOT),
                    FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
            SpikeMatrix words = SpikeMatrix.zeros(arena, STEPS, spikes.columns());
            MemorySegment bytes = arena.allocate(recording.length);
            MemorySegment.copy(recording, 0, bytes, JAVA_BYTE, 0, recording.length);
            MemorySegment sizes = arena.allocateFrom(JAVA_LONG, spikes.columns() / 2, STEP, words.rowOffset(1), STEPS);
            MemorySegment ofX = table(work.format.width, 1);
            MemorySegment ofY = table(work.format.height, binning.shape().width());
            return new Entry(
                    Contestant.YARDSTICK,
                    () -> {
                        words.clear();
                        try {
                            long placed = (long) function.invokeExact(
                                    bytes, (long) recording.length, ofX, ofY, words.segment(), sizes);
                            if (placed != EVENTS) {
                                throw new IllegalStateException(placed + " events of " + EVENTS);
                            }
                        } catch (Throwable failure) {
                            throw new AssertionError(failure);
                        }
                    },
                    words.segment());
        }

        private MemorySegment table(int size, int stride) {
            MemorySegment table = arena.allocate(JAVA_INT, EventBlock.MOST_PLACE + 1);
            for (int i = 0; i <= EventBlock.MOST_PLACE; i++) {
                table.setAtIndex(JAVA_INT, i, i < size ? i / work.format.square * stride : 1 << 30);
            }
            return table;
        }

        @Override
        public List<Entry> entries() {
            List<Entry> entries = new ArrayList<>();
            entries.add(new Entry(Contestant.JAVA, this::read, spikes.segment()));
            if (Yardstick.AVAILABLE) {
                entries.add(yardstick());
            }
            return entries;
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
