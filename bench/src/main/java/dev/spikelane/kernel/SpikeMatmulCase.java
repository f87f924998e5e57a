package dev.spikelane.kernel;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Random spikes times random weights: the public entry, which chooses, and each variant by itself. */
public final class SpikeMatmulCase implements Case {

    /** Inputs of a panel in words: 32 KB of weights, and 64 outputs. */
    private static final int PANEL_WORDS = 2;

    private final Arena arena = Arena.ofShared();
    private final SpikeMatrix spikes;
    private final PackedWeights weights;
    private final FloatMatrix current;
    private final FloatMatrix workspace;
    private final long active;

    public SpikeMatmulCase(int pre, int post, int rows, double density) {
        spikes = RandomData.spikes(arena, rows, pre, density);
        weights = RandomData.linear(arena, pre, post, new TorchRandom(1));
        current = FloatMatrix.zeros(arena, rows, post);
        workspace = SpikeMatmul.workspace(arena);
        active = spikes.count();
    }

    void chosen() {
        SpikeMatmul.multiply(spikes, weights, current, workspace);
    }

    void active() {
        SpikeMatmulVector.active(spikes, spikes.rows(), weights, 0, weights.blocks(), current, 0);
    }

    void tables() {
        SpikeMatmulVector.tables(spikes, spikes.rows(), weights, 0, weights.blocks(), current, 0, workspace.segment());
    }

    void scalar() {
        LayerKernels.SCALAR.multiply(spikes, spikes.rows(), weights, current, workspace);
    }

    void yardstickActive() {
        Yardstick.active(spikes, spikes.rows(), weights, current, spikes.stride());
    }

    void yardstickPanels() {
        Yardstick.active(spikes, spikes.rows(), weights, current, PANEL_WORDS);
    }

    void yardstickTables() {
        Yardstick.tables(spikes, spikes.rows(), weights, current, workspace);
    }

    @Override
    public List<Work> works() {
        String variant = SpikeMatmul.variant(spikes.rows(), weights.pre(), active);
        Runnable yardstick = variant.equals("tables") ? this::yardstickTables : this::yardstickActive;
        Entry scalar = entry(Contestant.SCALAR, this::scalar);
        List<Work> works = new ArrayList<>();
        works.add(work("chosen: " + variant, scalar, this::chosen, yardstick, loadsOfActive()));
        if (Simd.VECTOR) {
            works.add(work("active", null, this::active, this::yardstickActive, loadsOfActive()));
            works.add(work("tables", null, this::tables, this::yardstickTables, loadsOfTables()));
            works.add(work("active, but C in panels", null, this::active, this::yardstickPanels, loadsOfActive()));
        }
        return works;
    }

    private Work work(String variant, @Nullable Entry scalar, Runnable java, Runnable yardstick, long loads) {
        List<Entry> entries = new ArrayList<>();
        if (scalar != null) {
            entries.add(scalar);
        }
        entries.add(entry(Contestant.JAVA, java));
        if (Yardstick.AVAILABLE) {
            entries.add(entry(Contestant.YARDSTICK, yardstick));
            entries.add(Roofline.loads(arena, loads));
        }
        return new Work(name(variant), entries);
    }

    /** Loads of 16 weights with which skipping zeros must do: the roofline of the product, however it is computed. */
    private long loadsOfActive() {
        return active * loadsOfRow();
    }

    /** Loads of 16 floats from tables that are there already. */
    private long loadsOfTables() {
        return (long) spikes.rows() * ((weights.pre() + 3) / 4) * loadsOfRow();
    }

    private long loadsOfRow() {
        return (weights.post() + Roofline.FLOATS - 1) / Roofline.FLOATS;
    }

    private Entry entry(Contestant contestant, Runnable pass) {
        return new Entry(contestant, pass, current.segment());
    }

    private String name(String variant) {
        return "spike matmul %d -> %d, %d rows, density %.2f; %s"
                .formatted(weights.pre(), weights.post(), spikes.rows(), spikes.density(), variant);
    }

    @Override
    public void close() {
        arena.close();
    }
}
