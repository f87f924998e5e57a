package dev.spikelane.plot;

import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.plot.data.Range;
import dev.spikelane.plot.data.Signals;
import dev.spikelane.plot.data.SpikeTrain;
import dev.spikelane.plot.page.Packed;
import dev.spikelane.plot.picture.Picture;
import java.util.List;

/**
 * An upright image with square pixels, from black for the smallest value to white for the largest; or an image for each
 * step: animated in {@code .html} and {@code .gif}, the mean in other formats.
 */
final class ImagePlot extends Figure {

    private static final int MOST_PIXELS = 16_000_000;

    private final Signals frames;
    private final int columns;

    ImagePlot(Signals frames, int columns) {
        if (columns < 1 || frames.columns() % columns != 0) {
            throw new IllegalArgumentException(
                    "width is " + columns + ", expected a divisor of the " + frames.columns() + " pixels of an image");
        }
        requireSize(frames.rows(), frames.columns());
        this.frames = frames;
        this.columns = columns;
    }

    static ImagePlot of(SpikeTrain spikes, int columns) {
        requireSize(spikes.steps(), spikes.neurons());
        float[] pixels = new float[spikes.steps() * spikes.neurons()];
        spikes.forEach((step, neuron) -> pixels[step * spikes.neurons() + neuron] = 1);
        return new ImagePlot(new Signals(spikes.steps(), spikes.neurons(), pixels), columns);
    }

    @Override
    List<String> axes() {
        return List.of();
    }

    int steps() {
        return frames.rows();
    }

    int columns() {
        return columns;
    }

    int rows() {
        return frames.columns() / columns;
    }

    /** Returns gray values from 0 to 255, image after image, row after row from the top. */
    byte[] bytes() {
        Range range = range(frames);
        byte[] bytes = new byte[frames.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = grey(frames.get(i / frames.columns(), i % frames.columns()), range);
        }
        return bytes;
    }

    /** Returns the mean over the steps, as gray values. */
    byte[] mean() {
        float[] means = new float[frames.columns()];
        for (int pixel = 0; pixel < means.length; pixel++) {
            double sum = 0;
            for (int step = 0; step < steps(); step++) {
                sum += frames.get(step, pixel);
            }
            means[pixel] = (float) (sum / steps());
        }
        Signals mean = new Signals(1, means.length, means);
        Range range = range(mean);
        byte[] bytes = new byte[means.length];
        for (int pixel = 0; pixel < bytes.length; pixel++) {
            bytes[pixel] = grey(means[pixel], range);
        }
        return bytes;
    }

    static void requireSize(int steps, int pixels) {
        if ((long) steps * pixels > MOST_PIXELS) {
            throw new IllegalArgumentException(steps + " images of " + pixels + " pixels, expected at most "
                    + MOST_PIXELS + " pixels in all; plot fewer steps, with rows(first, count)");
        }
    }

    /** Returns the range of gray values; if all pixels are equal, it includes 0 (black) and 1 (white). */
    private static Range range(Signals pixels) {
        float least = pixels.least();
        float most = pixels.most();
        return most > least ? new Range(least, most) : new Range(Math.min(least, 0), Math.max(least, 1));
    }

    private static byte grey(float value, Range range) {
        double share = (value - range.from()) / range.length();
        return (byte) Math.round(255 * Math.clamp(Double.isNaN(share) ? 0 : share, 0, 1));
    }

    @Override
    Picture picture() {
        return ImagePicture.still(this);
    }

    @Override
    void write(JsonWriter json) {
        json.name("kind").value("image").name("steps").value(steps());
        json.name("columns").value(columns()).name("rows").value(rows());
        json.name("bytes").value(Packed.of(bytes()));
    }

    @Override
    String describe() {
        return (steps() == 1 ? "Image" : steps() + " images") + " of " + columns() + " x " + rows() + " pixels";
    }
}
