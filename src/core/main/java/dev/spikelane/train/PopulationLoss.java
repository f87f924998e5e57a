package dev.spikelane.train;

import dev.spikelane.engine.LaidOutNetwork;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.train.loss.TargetRows;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A loss of a population, multiplied by a finite weight other than 0: a term of a sum of losses. */
record PopulationLoss(String population, int outputs, Loss loss, double weight) {

    PopulationLoss {
        Checks.require(Double.isFinite(weight) && weight != 0, "weight", weight, "a finite number other than 0");
    }

    /** Throws if the loss would read spikes with another value as 1, now or after learning. */
    void requireOnes(LaidOutNetwork network, Set<String> learned) {
        if (loss.readsSpikes() && !network.carriesOnes(population, learned)) {
            String what = network.carriesOnes(population, Set.of()) ? ", whose factor is learned," : "";
            throw new IllegalArgumentException("loss '" + this + "' would read the graded spikes of population '"
                    + population + "'" + what + " as 1, expected one that reads membranes");
        }
    }

    double divisor(Loss.Input input) {
        return weight == 1 ? loss.divisor(input) : loss.divisor(input) / weight;
    }

    /**
     * Returns the divisor for an input with some of the steps, so that the losses of all such inputs sum to the loss of
     * all steps.
     */
    double divisor(Loss.Input input, int steps) {
        boolean sums = loss instanceof CrossEntropyLoss && loss.readsMembranes() || loss instanceof SpikeRatePenalty;
        return sums ? divisor(input) : divisor(input) * steps / input.steps();
    }

    boolean isOfSteps() {
        return switch (loss) {
            case CrossEntropyLoss entropy -> entropy.isOfSteps();
            case SquaredErrorLoss error -> error.readsMembranes();
            case SpikeRatePenalty _ -> true;
            default -> false; // a program's own
        };
    }

    /** Returns the layout of the loss's targets; null if it reads none, or is a user's loss, which takes any. */
    @Nullable
    TargetRows targetRows(int steps) {
        int[] blocks = switch (loss) {
            case SquaredErrorLoss error -> error.targetBlocks(steps);
            case FormulaLoss formula when formula.readsTargets() -> new int[] {steps};
            default -> new int[0];
        };
        return blocks.length == 0
                ? null
                : new TargetRows(loss.name() + " of population '" + population + "'", outputs, blocks);
    }

    /**
     * Returns the cross-entropy of a sample if scores are equal, summed over windows; NaN for other losses and weights.
     */
    double chance(int steps, int window) {
        double sum = 0;
        for (int first = 0; loss instanceof CrossEntropyLoss && weight == 1 && first < steps; first += window) {
            int count = Math.min(window, steps - first);
            Loss.Input silent = new Loss.Input(count, 1, outputs)
                    .setSpikes(SpikeMatrix.zeros(count, outputs))
                    .setMembranes(FloatMatrix.zeros(count, outputs))
                    .setLabels(new int[1]);
            silent.setDivisor(loss.divisor(silent));
            sum += loss.bind(count, 1, outputs).evaluate(silent, Loss.Gradient.NONE, new double[1]);
        }
        return sum == 0 ? Double.NaN : sum;
    }

    /** Returns true if both losses write gradients to the same matrix. */
    boolean overlaps(PopulationLoss other) {
        return population.equals(other.population)
                && (loss.readsSpikes() && other.loss.readsSpikes()
                        || loss.readsMembranes() && other.loss.readsMembranes());
    }

    /** Returns the first loss of classes, or else the first loss; accuracy is decoded from its outputs. */
    static PopulationLoss main(List<PopulationLoss> losses) {
        for (PopulationLoss each : losses) {
            if (each.loss.decoding() != Decoding.NONE) {
                return each;
            }
        }
        return losses.getFirst();
    }

    static String text(List<PopulationLoss> losses) {
        return losses.stream().map(PopulationLoss::toString).collect(Collectors.joining(" + "));
    }

    @Override
    public String toString() {
        return (weight == 1 ? "" : weight + " * ") + loss + " of " + population;
    }
}
