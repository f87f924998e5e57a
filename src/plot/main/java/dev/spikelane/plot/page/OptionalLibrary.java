package dev.spikelane.plot.page;

/** Drawing libraries that may be missing, and the error in that case. */
public final class OptionalLibrary {

    public static final String ECHARTS = "org.webjars.npm:echarts:5.3.1";
    public static final String VECTOR_GRAPHICS = "de.erichseifert.vectorgraphics2d:VectorGraphics2D:0.13";

    private OptionalLibrary() {}

    /**
     * Makes a library readable for this module. Drawing libraries have no module descriptor: they are on the class
     * path, or automatic modules whose names depend on the file names.
     */
    public static void read(String format, String type, String dependency) {
        try {
            Module library = Class.forName(type, false, OptionalLibrary.class.getClassLoader())
                    .getModule();
            OptionalLibrary.class.getModule().addReads(library);
        } catch (ClassNotFoundException absent) {
            throw new IllegalStateException(message(format, dependency), absent);
        }
    }

    /** Throws unless the JDK's image library is present. */
    public static void requireDesktop(String format) {
        if (ModuleLayer.boot().findModule("java.desktop").isEmpty()) {
            throw new IllegalStateException(
                    format + " needs the module java.desktop; start Java with --add-modules java.desktop");
        }
    }

    static String message(String format, String dependency) {
        return format + " needs a library that is not there: add the dependency " + dependency
                + ", or depend on dev.spikelane:spikelane-plot, which brings all that pictures need";
    }
}
