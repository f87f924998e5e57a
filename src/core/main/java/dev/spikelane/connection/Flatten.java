package dev.spikelane.connection;

import dev.spikelane.memory.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Merges several dimensions into one, as {@code torch.nn.Flatten} does, in torch's order (channel, y, x). A dense
 * connection directly after a complete flattening reads the rows unchanged and sums in their inner order (y, x,
 * channel).
 *
 * @param first the first dimension to flatten, without the batch; 0 is channels
 * @param last the last one; -1 is the last one of the source
 */
public record Flatten(int first, int last) implements Connection {

    /** Flattens all dimensions. */
    public Flatten() {
        this(0, -1);
    }

    /**
     * Flattens some dimensions.
     *
     * @throws IllegalArgumentException if they are not 0 or more, ascending
     */
    public Flatten {
        if (first < 0 || last < -1 || last >= 0 && last < first) {
            throw new IllegalArgumentException("flattens dimensions " + first + " to " + last
                    + ", expected 0 or more, ascending, or -1 at the end");
        }
    }

    @Override
    public Shape outputShape(Shape input) {
        int end = last < 0 ? input.rank() - 1 : last;
        if (end >= input.rank() || first > end) {
            throw new IllegalArgumentException(this + " needs a source with these dimensions, found " + input);
        }
        List<Integer> sizes = new ArrayList<>(input.sizes());
        List<Integer> merged = sizes.subList(first, end + 1);
        int product = merged.stream().reduce(1, Math::multiplyExact);
        merged.clear();
        sizes.add(first, product);
        return switch (sizes.size()) {
            case 1 -> Shape.of(sizes.get(0));
            case 2 -> Shape.of(sizes.get(0), sizes.get(1));
            default -> input;
        };
    }

    @Override
    public String toString() {
        return first == 0 && last < 0 ? "flatten" : "flatten from dimension " + first + " to " + last;
    }
}
