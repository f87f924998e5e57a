package dev.spikelane.train;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Network;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** An iteration of training: the same batch again and again. */
final class TrainingCase implements Case {

    /** Classes, and outputs of the network. */
    static final int CLASSES = 10;

    private final Arena arena;
    private final Network network;
    private final Trainer trainer;
    private final TrainingBatch batch;
    private final long loads;

    /** Creates a case without a roofline. */
    TrainingCase(Arena arena, Network network, Trainer trainer, TrainingBatch batch) {
        this(arena, network, trainer, batch, 0);
    }

    /**
     * Creates a case with a warm trainer: an iteration is too long for a race to compile it.
     *
     * @param arena arena of the inputs, closed with this
     * @param trainer trains the network
     * @param loads loads of the roofline, 0 for none
     */
    TrainingCase(Arena arena, Network network, Trainer trainer, TrainingBatch batch, long loads) {
        this.arena = arena;
        this.network = network;
        this.trainer = trainer;
        this.batch = batch;
        this.loads = loads;
        trainer.warmUp(batch);
    }

    /** Returns a batch whose labels cycle through the classes. */
    static TrainingBatch batch(Signal input, int samples, boolean frame) {
        int[] labels = new int[samples];
        for (int i = 0; i < samples; i++) {
            labels[i] = i % CLASSES;
        }
        return frame ? TrainingBatch.ofFrame(input, labels) : TrainingBatch.of(input, labels);
    }

    @Override
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(Contestant.JAVA, () -> {}, () -> trainer.step(batch), this::weights));
        if (Yardstick.AVAILABLE && loads > 0) {
            entries.addAll(Roofline.loads(arena, loads));
        }
        return entries;
    }

    /** Returns a copy, as only the trainer may write to the weights. */
    private List<MemorySegment> weights() {
        FloatMatrix weights = network.weights().get("fc1.weight");
        return List.of(FloatMatrix.copyOf(weights.rows(), weights.columns(), weights.toArray())
                .segment());
    }

    @Override
    public void close() {
        trainer.close();
        arena.close();
    }
}
