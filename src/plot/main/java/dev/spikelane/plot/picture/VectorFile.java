package dev.spikelane.plot.picture;

import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Paints pictures as SVG. A separate class, because the JVM loads the library when it verifies this class. */
public final class VectorFile {

    private static final Pattern PATH = Pattern.compile(" d=\"[^\"]*\"");

    private VectorFile() {}

    public static byte[] of(Picture picture) throws IOException {
        VectorGraphics2D graphics = new VectorGraphics2D();
        picture.paint(graphics);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        Processors.get("svg")
                .getDocument(graphics.getCommands(), new PageSize(picture.width(), picture.height()))
                .writeTo(written);
        return tidy(written.toString(StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    }

    /** Replaces fonts that other machines may lack, and drops trailing zeros in paths. */
    private static String tidy(String svg) {
        String fonts = svg.replaceAll("font-family:&quot;[^&<>]*&quot;", "font-family:sans-serif");
        return PATH.matcher(fonts)
                .replaceAll(path -> Matcher.quoteReplacement(path.group().replaceAll("(\\d)\\.0(?=[ ,\"])", "$1")));
    }
}
