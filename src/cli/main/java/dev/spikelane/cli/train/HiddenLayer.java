package dev.spikelane.cli.train;

import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.random.TorchRandom;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The connection to a hidden layer.
 *
 * @param outputs neurons, or maps
 * @param kernel height and width of the convolution; 0 if the layer is dense
 * @param pool height and width of the max pool; 1 without one
 */
record HiddenLayer(int outputs, int kernel, int pool) {

    /** Such as 1000, 64C3 or 12C5-P2, as in papers. */
    private static final Pattern TEXT = Pattern.compile("([1-9]\\d{0,8})(?:C([1-9]\\d{0,8})(?:-P([1-9]\\d{0,8}))?)?");

    static Optional<HiddenLayer> parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        return matcher.matches()
                ? Optional.of(new HiddenLayer(
                        Integer.parseInt(matcher.group(1)), number(matcher.group(2), 0), number(matcher.group(3), 1)))
                : Optional.empty();
    }

    private static int number(@Nullable String digits, int otherwise) {
        return digits == null ? otherwise : Integer.parseInt(digits);
    }

    boolean isDense() {
        return kernel == 0;
    }

    /** Returns true if no number is larger than {@code most}. */
    boolean fits(int most) {
        return outputs <= most && kernel <= most && pool <= most;
    }

    void connect(NetworkBuilder chain, boolean batchNorm, TorchRandom random) {
        if (isDense()) {
            chain.dense(outputs, random);
        } else {
            chain.conv2d(outputs, kernel, random);
        }
        if (batchNorm) {
            chain.batchNorm();
        }
        if (pool > 1) {
            chain.maxPool2d(pool);
        }
    }

    @Override
    public String toString() {
        return outputs + (isDense() ? "" : "C" + kernel) + (pool > 1 ? "-P" + pool : "");
    }
}
