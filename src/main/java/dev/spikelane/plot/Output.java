package dev.spikelane.plot;

import dev.spikelane.plot.page.OptionalLibrary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** The formats of files, chosen by extension. */
enum Output {
    HTML {
        @Override
        void write(Figure figure, Path file) throws IOException {
            Report.of("").figure(figure).write(file);
        }
    },
    PNG {
        @Override
        void write(Figure figure, Path file) throws IOException {
            OptionalLibrary.requireDesktop(".png");
            StillImages.png(figure, file);
        }
    },
    SVG {
        @Override
        void write(Figure figure, Path file) throws IOException {
            OptionalLibrary.requireDesktop(".svg");
            StillImages.svg(figure, file);
        }
    },
    GIF {
        @Override
        void write(Figure figure, Path file) throws IOException {
            if (!animated(figure)) {
                throw new IllegalArgumentException(file + ": only spike counts and images of several steps are animated"
                        + " as .gif, expected the extension .html, .png or .svg");
            }
            OptionalLibrary.requireDesktop(".gif");
            AnimatedGif.write(figure, file);
        }
    };

    abstract void write(Figure figure, Path file) throws IOException;

    /** The format that a file's extension names. */
    static Output of(Figure figure, Path file) {
        Path name = file.getFileName();
        String lower = name == null ? "" : name.toString().toLowerCase(Locale.ROOT);
        for (Output output : values()) {
            if (lower.endsWith("." + output.name().toLowerCase(Locale.ROOT))) {
                return output;
            }
        }
        throw new IllegalArgumentException(
                file + ": expected the extension .html, .png" + (animated(figure) ? ", .svg or .gif" : " or .svg"));
    }

    private static boolean animated(Figure figure) {
        return figure instanceof SpikeCountPlot || (figure instanceof ImagePlot image && image.steps() > 1);
    }
}
