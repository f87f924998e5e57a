package dev.spikelane.plot;

import dev.spikelane.plot.page.OptionalLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/** The formats of files. */
enum Output {
    HTML {
        @Override
        byte[] bytes(Figure figure) {
            return Report.of("").figure(figure).toHtml().getBytes(StandardCharsets.UTF_8);
        }
    },
    PNG {
        @Override
        byte[] bytes(Figure figure) throws IOException {
            OptionalLibrary.requireDesktop(".png");
            return StillImages.png(figure);
        }
    },
    SVG {
        @Override
        byte[] bytes(Figure figure) throws IOException {
            OptionalLibrary.requireDesktop(".svg");
            return StillImages.svg(figure);
        }
    },
    GIF {
        @Override
        byte[] bytes(Figure figure) throws IOException {
            OptionalLibrary.requireDesktop(".gif");
            return AnimatedGif.of(figure);
        }
    };

    abstract byte[] bytes(Figure figure) throws IOException;

    static Output of(Figure figure, Path file) {
        Path name = file.getFileName();
        return find(figure, file.toString(), name == null ? "" : name.toString());
    }

    static Output of(Figure figure, String extension) {
        return find(figure, "'" + extension + "'", "." + extension);
    }

    private static Output find(Figure figure, String what, String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean animated = figure instanceof SpikeCountPlot || figure instanceof ImagePlot image && image.steps() > 1;
        for (Output output : values()) {
            if (lower.endsWith("." + output.name().toLowerCase(Locale.ROOT))) {
                if (output == GIF && !animated) {
                    throw new IllegalArgumentException(what + ": only spike counts and images of several steps are"
                            + " animated as .gif, expected the extension .html, .png or .svg");
                }
                return output;
            }
        }
        throw new IllegalArgumentException(
                what + ": expected the extension .html, .png" + (animated ? ", .svg or .gif" : " or .svg"));
    }
}
