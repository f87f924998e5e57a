package dev.spikelane.train;

import dev.spikelane.data.Batch;
import dev.spikelane.memory.Signal;
import dev.spikelane.train.run.InputColumns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a trainer is given for the batches of a loader, which uses few again and again, so that nothing is allocated.
 */
final class LoadedBatches {

    private final InputColumns columns;
    private final int steps;
    private final Map<Batch, List<Loaded>> known = new LinkedHashMap<>();

    /** Memory of the loader, and what a trainer is given of it. */
    private record Loaded(Signal input, Map<String, Signal> cut, TrainingBatch batch) {}

    LoadedBatches(Trainer trainer) {
        this.columns = new InputColumns(trainer.network());
        this.steps = trainer.recipe().steps();
    }

    TrainingBatch of(Batch batch) {
        List<Loaded> all = known.computeIfAbsent(batch, each -> new ArrayList<>());
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).input == batch.input()) {
                return cut(all.get(i));
            }
        }
        TrainingBatch made = TrainingBatch.of(batch, steps);
        Map<String, Signal> parts = Map.of();
        if (!columns.isOne()) {
            parts = columns.allocate(batch.input());
            made = new TrainingBatch(
                    parts, made.constant(), made.labels(), made.targets(), made.targetsOf(), made.samples());
        }
        Loaded loaded = new Loaded(batch.input(), parts, made);
        all.add(loaded);
        return cut(loaded);
    }

    private TrainingBatch cut(Loaded of) {
        if (!columns.isOne()) {
            columns.cut(of.input, of.cut);
        }
        return of.batch;
    }
}
