package dev.spikelane.kernel.product.spike;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.PeerEntries;
import dev.spikelane.bench.Peers;
import dev.spikelane.blas.BlasThreads;
import dev.spikelane.blas.OpenBlas;
import dev.spikelane.choose.Chooser;
import dev.spikelane.kernel.Matmul;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Input and memory of a {@link SpikeMatmulWork}. Dense products take the spikes as floats, which are there before they
 * begin. The bias is 0, so that they need not add one.
 */
final class SpikeMatmulCase implements Case {

    /** Additions up to which the scalar kernel takes part: some 0.1 seconds. */
    private static final long SCALAR_ADDITIONS = 80_000_000;

    private final Arena arena = Arena.ofShared();
    private final SpikeMatmulWork work;
    private final SpikeMatrix spikes;
    private final FloatMatrix unpacked;
    private final PackedWeights weights;
    private final FloatMatrix current;
    private final SharedProduct.Threads crew;
    private final SharedProduct shared;
    private final PeerEntries peers;
    private final List<Entry> entries = new ArrayList<>();
    private final long active;

    SpikeMatmulCase(SpikeMatmulWork work) {
        this.work = work;
        spikes = RandomData.spikes(arena, work.rows(), work.inputs(), work.density());
        unpacked = RandomData.linear(arena, work.inputs(), work.outputs(), new TorchRandom(1))
                .weights();
        weights = PackedWeights.pack(arena, unpacked);
        current = FloatMatrix.zeros(arena, work.rows(), work.outputs());
        active = spikes.count();
        crew = new SharedProduct.Threads(work.threads(), weights);
        shared =
                new SharedProduct(arena, crew, spikes, weights, current, variant(), isChosen() ? Chooser.OF_JVM : null);
        peers = isChosen() && Peers.joinAt(work.density())
                ? new PeerEntries(
                        peer -> peer.product(RandomData.floats(arena, spikes), unpacked, work.threads()),
                        arena,
                        List.of(current),
                        List.of())
                : new PeerEntries();
        enter();
    }

    @Override
    public List<Entry> entries() {
        return entries;
    }

    private void enter() {
        entries.add(entry(Contestant.JAVA, shared::run));
        if (active * work.outputs() <= SCALAR_ADDITIONS && isChosen()) {
            entries.add(entry(Contestant.SCALAR, this::scalar));
        }
        if (Yardstick.AVAILABLE && work.threads() == 1) {
            entries.add(entry(Contestant.YARDSTICK, yardstick()));
        }
        if (OpenBlas.isAvailable() && isChosen()) {
            entries.add(entry(Contestant.OPENBLAS, openBlas()));
        }
        entries.addAll(peers.entries());
        if (Yardstick.AVAILABLE && work.threads() == 1) {
            entries.addAll(Roofline.loads(arena, loads()));
        }
    }

    /** With the scalar kernel, on fewer rows if there are too many for it. */
    @Override
    public void verify() {
        Case.super.verify();
        int fewer = (int) Math.max(1, SCALAR_ADDITIONS / 2 / ((long) work.inputs() * work.outputs()));
        if (active * work.outputs() > SCALAR_ADDITIONS && isChosen() && fewer < work.rows()) {
            try (Case part =
                    new SpikeMatmulWork(work.inputs(), work.outputs(), fewer, work.density(), work.threads()).open()) {
                part.verify();
            }
        }
    }

    private boolean isChosen() {
        return work.variant() == SpikeMatmulWork.Variant.CHOSEN;
    }

    private Runnable yardstick() {
        return switch (variant()) {
            case ACTIVE, SCALAR -> this::yardstickActive;
            case DENSE -> {
                MemorySegment factors = arena.allocate(4L * (work.rows() + 3) * weights.paddedInputs(), 64);
                yield () -> ProductYardstick.dense(spikes, work.rows(), weights, current, factors);
            }
            case WIDE -> () -> yardstick(ProductYardstick.Panels.WIDE);
            case NARROW -> () -> yardstick(ProductYardstick.Panels.NARROW);
            case LISTS -> () -> yardstick(ProductYardstick.Panels.LISTS);
            case PERMUTE -> new ProductYardstick.Permute(arena, spikes, work.rows(), weights, current);
        };
    }

    private SpikeMatmul.Variant variant() {
        return isChosen()
                ? SpikeMatmul.choose(work.rows(), work.inputs(), weights.outputs(), active)
                : SpikeMatmul.Variant.valueOf(work.variant().name());
    }

    private void scalar() {
        ProductInside.scalar(spikes, work.rows(), weights, current);
    }

    private void yardstickActive() {
        ProductYardstick.active(spikes, work.rows(), weights, current);
    }

    private void yardstick(ProductYardstick.Panels shape) {
        ProductYardstick.panels(shape, spikes, work.rows(), weights, current);
    }

    private Runnable openBlas() {
        FloatMatrix input = RandomData.floats(arena, spikes);
        return () -> {
            BlasThreads.set(work.threads());
            OpenBlas.sgemm(Matmul.Transpose.SECOND, 1, input, unpacked, 0, current);
        };
    }

    /**
     * Loads of 16 floats that the variant cannot do without: the active weights, or one table entry for every four
     * inputs.
     */
    private long loads() {
        long ofRow = (work.outputs() + Roofline.FLOATS - 1) / Roofline.FLOATS;
        boolean tables = switch (work.variant()) {
            case CHOSEN, ACTIVE, LISTS -> false;
            case DENSE, WIDE, NARROW, PERMUTE -> true;
        };
        return ofRow * (tables ? (long) work.rows() * ((work.inputs() + 3) / 4) : active);
    }

    private Entry entry(Contestant contestant, Runnable pass) {
        return new Entry(contestant, pass, current.segment());
    }

    @Override
    public void close() {
        peers.close();
        crew.close();
        arena.close();
    }
}
