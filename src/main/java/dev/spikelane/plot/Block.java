package dev.spikelane.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A part of a report. */
sealed interface Block {

    /** A heading. */
    record Section(String heading) implements Block {}

    /** A paragraph. */
    record Text(String paragraph) implements Block {}

    /** Names and values; large ones stand beside each other, others in a list. */
    record Facts(boolean large, List<Fact> facts) implements Block {}

    /** A name and its value. */
    record Fact(String name, String value) {

        static List<Fact> all(Map<String, String> facts) {
            List<Fact> all = new ArrayList<>();
            facts.forEach((name, value) -> all.add(new Fact(name, value)));
            return List.copyOf(all);
        }
    }

    /** A figure. */
    record Chart(Figure figure) implements Block {}

    /** Images of one size and what a network made of them. */
    record Verdicts(Signals images, int width, List<Verdict> verdicts) implements Block {

        static Verdicts of(Signals images, int width, List<Verdict> verdicts) {
            if (width < 1 || images.columns() % width != 0) {
                throw new IllegalArgumentException("width is " + width + ", expected a divisor of the "
                        + images.columns() + " pixels of an image");
            }
            return new Verdicts(images, width, List.copyOf(verdicts));
        }

        int height() {
            return images.columns() / width;
        }

        /** Grey values from 0 to 255, image after image. */
        byte[] bytes() {
            byte[] bytes = new byte[images.size()];
            for (int i = 0; i < bytes.length; i++) {
                float pixel = images.get(i / images.columns(), i % images.columns());
                bytes[i] = (byte) Math.round(255 * Math.clamp(pixel, 0, 1));
            }
            return bytes;
        }
    }
}
