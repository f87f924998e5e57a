package dev.spikelane.train;

import dev.spikelane.kernel.base.Checks;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** What a network takes a sample for. */
public final class Classification {

    private final List<String> names;
    private final float[] scores;
    private final float[] probabilities;
    private final int label;
    private final int steps;

    Classification(List<String> names, float[] scores, float[] probabilities, int label, int steps) {
        this.names = names;
        this.scores = scores;
        this.probabilities = probabilities;
        this.label = label;
        this.steps = steps;
    }

    /**
     * Returns the class with the largest score.
     *
     * @return the class, the lowest of equals; see {@link #isDecided}
     */
    public int label() {
        return label;
    }

    /**
     * Returns what the class with the largest score is called.
     *
     * @return the name that the model notes, or the number
     */
    public String name() {
        return name(label);
    }

    /**
     * Returns what a class is called.
     *
     * @param number the class
     * @return the name that the model notes, or the number
     * @throws IndexOutOfBoundsException if there is no such class
     */
    public String name(int number) {
        return names.isEmpty() ? String.valueOf(requireClass(number)) : names.get(requireClass(number));
    }

    /**
     * Tells whether one class won.
     *
     * @return false if another class has the same score (nothing fired, or there is a tie), or scores are not numbers,
     *     as those of membranes that overflow
     */
    public boolean isDecided() {
        for (int other = 0; other < scores.length; other++) {
            if (other != label && !(scores[other] < scores[label])) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns how many classes there are.
     *
     * @return classes
     */
    public int classes() {
        return scores.length;
    }

    /**
     * Returns the share that the loss of the model's decoding gives to a class: the softmax of spike counts, of
     * negative spike times, or of the highest membranes, and for {@link Decoding#MEMBRANE} the mean over the steps of
     * the softmax of membranes. Shares are as sure as the network is, which may be more than it should be; nothing has
     * calibrated them.
     *
     * @param number the class
     * @return from 0 to 1; all classes together 1
     * @throws IndexOutOfBoundsException if there is no such class
     */
    public double probability(int number) {
        return probabilities[requireClass(number)];
    }

    private int requireClass(int number) {
        Checks.index("class", number, scores.length);
        return number;
    }

    /**
     * Returns the classes with the largest scores.
     *
     * @param count how many, at least 1
     * @return classes, the largest score first and the lowest class first of equals; all if there are fewer
     * @throws IllegalArgumentException if the count is below 1
     */
    public List<Integer> top(int count) {
        Checks.atLeast(1, "count", count);
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer number) -> -scores[number]))
                .limit(count)
                .toList();
    }

    /**
     * Returns after how many steps the sample ended.
     *
     * @return steps, fewer than all only if early decisions were asked for
     */
    public int steps() {
        return steps;
    }

    /** Such as {@code sneaker, 0.93 after 25 steps}. */
    @Override
    public String toString() {
        return (isDecided() ? name() : "undecided") + ", " + String.format(Locale.ROOT, "%.2f", probabilities[label])
                + " after " + steps + " steps";
    }
}
