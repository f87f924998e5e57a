package dev.spikelane.plot;

import dev.spikelane.plot.data.Signals;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A part of a report. */
sealed interface Block {

    record Section(String heading) implements Block {}

    record Text(String paragraph) implements Block {}

    /** Names and values, large ones in tiles, others in a list. */
    record Facts(boolean large, List<Fact> facts) implements Block {}

    record Fact(String name, String value) {

        static List<Fact> all(Map<String, String> facts) {
            List<Fact> all = new ArrayList<>();
            facts.forEach((name, value) -> all.add(
                    new Fact(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value of " + name))));
            return List.copyOf(all);
        }
    }

    record Chart(Figure figure) implements Block {}

    record Layers(List<Layer> layers) implements Block {

        private static final int MOST = 12;

        static Layers of(Map<String, Integer> sizes) {
            if (sizes.isEmpty() || sizes.size() > MOST) {
                throw new IllegalArgumentException(sizes.size() + " layers, expected 1 to " + MOST);
            }
            List<Layer> layers = new ArrayList<>();
            sizes.forEach((name, neurons) -> {
                if (neurons < 1) {
                    throw new IllegalArgumentException(
                            "layer '" + name + "' has " + neurons + " neurons, expected at least 1");
                }
                layers.add(new Layer(Objects.requireNonNull(name, "name"), neurons));
            });
            return new Layers(List.copyOf(layers));
        }
    }

    record Layer(String name, int neurons) {}

    /** The animated activity of a network for an image. */
    record Activity(String label, Images image, RasterPlot raster) implements Block {}

    /** Images and the verdicts of a network, with a raster for each or without rasters. */
    record Verdicts(Images images, List<Verdict> verdicts, List<RasterPlot> rasters) implements Block {}

    record Images(Signals pixels, int width) {

        static Images of(Signals pixels, int width) {
            if (width < 1 || pixels.columns() % width != 0) {
                throw new IllegalArgumentException("width is " + width + ", expected a divisor of the "
                        + pixels.columns() + " pixels of an image");
            }
            return new Images(pixels, width);
        }

        int height() {
            return pixels.columns() / width;
        }

        /** Returns gray values from 0 to 255, image after image. */
        byte[] bytes() {
            byte[] bytes = new byte[pixels.size()];
            for (int i = 0; i < bytes.length; i++) {
                float pixel = pixels.get(i / pixels.columns(), i % pixels.columns());
                bytes[i] = (byte) Math.round(255 * Math.clamp(pixel, 0, 1));
            }
            return bytes;
        }
    }
}
