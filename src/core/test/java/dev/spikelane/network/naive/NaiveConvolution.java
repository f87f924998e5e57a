package dev.spikelane.network.naive;

import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Kernel;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.naive.NaiveNetwork.Row;
import org.jspecify.annotations.Nullable;

/**
 * A convolution by direct loops, in torch's layout. A transposed one is the equivalent convolution over inputs with
 * zeros between them.
 */
public final class NaiveConvolution {

    private final Convolution declared;
    private final Kernel kernel;
    private final Shape source;
    private final Shape made;
    private final float[] weights;

    public NaiveConvolution(Convolution declared, Shape source) {
        this.declared = declared;
        this.kernel = declared.kernel();
        this.source = source;
        this.made = declared.outputShape(source);
        this.weights = declared.weights().toArray();
    }

    /** Returns currents of spikes and their values, or of values. */
    public float[] currents(float[] values, boolean @Nullable [] fires) {
        return currents(new Row(values, fires));
    }

    float[] currents(Row row) {
        float[] currents = new float[made.size()];
        int i = 0;
        for (int output = 0; output < made.channels(); output++) {
            for (int y = 0; y < made.height(); y++) {
                for (int x = 0; x < made.width(); x++) {
                    currents[i++] = current(row, output, y, x);
                }
            }
        }
        return currents;
    }

    private float current(Row row, int output, int y, int x) {
        int channels = source.channels() / kernel.groups();
        int first = output / (made.channels() / kernel.groups()) * channels;
        float sum = declared.bias().get(0, output) + 0.0f;
        float part = -0.0f;
        long items = 0;
        int k = 0;
        for (int ky = 0; ky < kernel.y().size(); ky++) {
            for (int kx = 0; kx < kernel.x().size(); kx++) {
                int fromY = place(kernel.y(), y, ky, source.height());
                int fromX = place(kernel.x(), x, kx, source.width());
                for (int c = 0; c < channels; c++, k++) {
                    if (k % 4 == 0) {
                        sum += part;
                        part = -0.0f;
                    }
                    boolean isPadding = fromY < 0 || fromX < 0;
                    int input = ((first + c) * source.height() + fromY) * source.width() + fromX;
                    int at = weight(output, first + c, ky, kx);
                    float weight = weights[at];
                    if (row.fires() == null) {
                        float value = isPadding ? 0 : row.values()[input];
                        sum = Math.fma(value, NaiveNetwork.met(value, weight), sum);
                    } else if (!isPadding && row.fires()[input]) {
                        part += weight * row.values()[input];
                        items += declared.integers().isPresent() ? item(at) : 0;
                    }
                }
            }
        }
        if (row.fires() != null && declared.integers().isPresent()) {
            IntegerMatrix integers = declared.integers().orElseThrow();
            float scale = integers.scale(kernel.transposed() ? 0 : output) * row.values()[0];
            return declared.bias().get(0, output) + 0.0f + scale * Math.toIntExact(items);
        }
        return sum + part;
    }

    private int item(int at) {
        IntegerMatrix integers = declared.integers().orElseThrow();
        return integers.item(at / integers.columns(), at % integers.columns());
    }

    /** Returns the place of an input; negative in the padding, and between inputs. */
    int place(Kernel.Axis axis, int output, int place, int inputs) {
        if (kernel.transposed()) {
            int spread = output - (axis.dilation() * (axis.size() - 1) - axis.padding()) + place * axis.dilation();
            return spread >= 0 && spread % axis.stride() == 0 && spread / axis.stride() < inputs
                    ? spread / axis.stride()
                    : -1;
        }
        int before = axis.same() ? axis.dilation() * (axis.size() - 1) / 2 : axis.padding();
        int at = output * axis.stride() - before + place * axis.dilation();
        return at < inputs ? at : -1;
    }

    /** Returns the index of a weight in torch's layout. */
    int weight(int output, int input, int ky, int kx) {
        int height = kernel.y().size();
        int width = kernel.x().size();
        if (kernel.transposed()) {
            int outputs = made.channels() / kernel.groups();
            return ((input * outputs + output % outputs) * height + height - 1 - ky) * width + width - 1 - kx;
        }
        int inputs = source.channels() / kernel.groups();
        return ((output * inputs + input % inputs) * height + ky) * width + kx;
    }
}
