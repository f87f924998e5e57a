package dev.spikelane.plot;

import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Paints pictures into SVG. A class of its own: the JVM loads the library as soon as it checks this one. */
final class VectorFile {

    private VectorFile() {}

    static void write(Picture picture, ByteArrayOutputStream bytes) throws IOException {
        VectorGraphics2D graphics = new VectorGraphics2D();
        picture.paint(graphics);
        Processors.get("svg")
                .getDocument(graphics.getCommands(), new PageSize(picture.width(), picture.height()))
                .writeTo(bytes);
    }
}
