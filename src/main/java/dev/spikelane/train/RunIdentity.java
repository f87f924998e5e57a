package dev.spikelane.train;

import dev.spikelane.data.Batching;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a run has in common with the checkpoint that it goes on from. */
final class RunIdentity {

    private final TrainingRunBuilder said;
    private final Trainer trainer;
    private final Map<String, String> texts;

    RunIdentity(TrainingRunBuilder said) {
        this.said = said;
        this.trainer = said.trainer;
        this.texts = texts(said);
    }

    /** The learning rate of a step, counted over all epochs from 0. */
    double rate(long step) {
        return said.schedule.rate(step, trainer.recipe().optimizer().rate());
    }

    /** Texts that a checkpoint's must equal. */
    Map<String, String> recipe() {
        return texts;
    }

    private static Map<String, String> texts(TrainingRunBuilder said) {
        Trainer trainer = said.trainer;
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
