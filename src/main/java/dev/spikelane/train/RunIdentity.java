package dev.spikelane.train;

import dev.spikelane.data.Batching;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;

/** What a run has in common with the checkpoint that it goes on from. */
final class RunIdentity {

    private final TrainingRunBuilder said;
    private final Trainer trainer;

    RunIdentity(TrainingRunBuilder said) {
        this.said = said;
        this.trainer = said.trainer;
    }

    /** Throws unless the order of samples and the learning rate are those of the run that was saved. */
    void requireSame(Checkpoint.Reader reader, RunState found) throws IOException {
        reader.require("order", order(found.epoch));
        if (found.step > 0) {
            double rate = said.schedule.rate(
                    found.step - 1, trainer.recipe().optimizer().rate());
            reader.require("run.last_rate", String.valueOf(rate));
        }
    }

    /** A number that tells the order of an epoch's samples from others. */
    String order(int epoch) {
        CRC32 sum = new CRC32();
        for (int sample : said.batching.order(epoch, said.data.size())) {
            sum.update(sample);
            sum.update(sample >> Byte.SIZE);
            sum.update(sample >> Short.SIZE);
        }
        return Long.toHexString(sum.getValue());
    }

    /** Texts that a checkpoint's must equal. */
    Map<String, String> recipe() {
        TrainingRecipe recipe = trainer.recipe();
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("network", trainer.network().toString());
        texts.put("loss", PopulationLoss.text(recipe.losses()));
        texts.put("optimizer", recipe.optimizer().toString());
        texts.put("clipping", String.valueOf(recipe.clipping()));
        texts.put("steps", recipe.steps() + " in windows of " + recipe.window());
        texts.put("shards", String.valueOf(recipe.shards()));
        texts.put("surrogates and dropouts", recipe.surrogates());
        Batching batching = said.batching;
        texts.put(
                "data",
                said.data.size() + " samples in batches of " + batching.size()
                        + (batching.dropLast() ? ", whole ones" : "") + ", seed " + batching.seed() + ", "
                        + batching.augmentations().size() + " augmentations (shifts, flips)");
        if (said.checkpoint != null) {
            texts.put("samples, by a hash of their labels and values,", DataHash.of(said.data));
            texts.put(
                    "order or code, by a hash of the input of the first batch,", DataHash.ofInput(said.data, batching));
        }
        return texts;
    }
}
