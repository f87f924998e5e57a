package dev.spikelane.train.run;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Notices of a run about a network that does not learn, each at most once. */
public final class EpochNotices {

    /** Largest float32 rounding error of a softmax of equal scores. */
    private static final double NEAR = 1e-6;

    private final Set<String> heard;
    private final double chance;
    private final Set<String> told = new HashSet<>();

    /**
     * Creates the notices of a run.
     *
     * @param heard populations whose spikes are read; others may be silent
     * @param chance the cross-entropy of equal scores; NaN if there is none
     */
    public EpochNotices(Set<String> heard, double chance) {
        this.heard = Set.copyOf(heard);
        this.chance = chance;
    }

    public List<String> of(EpochNumbers epoch) {
        List<String> texts = new ArrayList<>();
        for (Map.Entry<String, Double> each : epoch.spikeRates().entrySet()) {
            String population = "population '" + each.getKey() + "'";
            boolean never = each.getValue() == 0;
            if ((never || each.getValue() == 1) && heard.contains(each.getKey()) && told.add(population + never)) {
                texts.add("epoch " + epoch.epoch() + ": " + population
                        + (never
                                ? " never fired, so that nothing reaches what reads its spikes: try a lower learning"
                                        + " rate, a lower threshold, larger weights or inputs, or a surrogate with"
                                        + " wider tails, such as Surrogate.atan()"
                                : " fired in every neuron and step, so that its spikes tell nothing: try a lower"
                                        + " learning rate, a higher threshold, or smaller weights or inputs"));
            }
        }
        if (Math.abs(epoch.loss() - chance) <= NEAR * chance && told.add("loss")) {
            texts.add(String.format(
                    Locale.ROOT,
                    "epoch %d: the loss is %.6f, that of equal scores for all classes: outputs do not depend on"
                            + " inputs; try a lower learning rate, another seed, or a surrogate with wider tails, and"
                            + " see the spike rates of the epoch",
                    epoch.epoch(),
                    epoch.loss()));
        }
        return texts;
    }
}
