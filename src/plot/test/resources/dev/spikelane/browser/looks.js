/** Returns the flaws of the page that this window shows: small, cut or faint text, texts over each other, empty halves of figures. */
(() => {
    const flaws = [];
    const say = (what, text, more) => flaws.push(what + ': "' + text.trim().slice(0, 40) + '" ' + more);
    const pen = new OffscreenCanvas(1, 1).getContext('2d');

    /** Red, green, blue from 0 to 255 and the opacity of a colour of CSS. */
    function colour(text) {
        pen.fillStyle = '#000';
        pen.fillStyle = text;
        const hex = /^#(..)(..)(..)$/.exec(pen.fillStyle);
        return hex ? [...hex.slice(1).map((part) => parseInt(part, 16)), 1] : pen.fillStyle.match(/[\d.]+/g).map(Number);
    }

    function over(front, opacity, back) {
        const share = front[3] * opacity;
        return [0, 1, 2].map((i) => front[i] * share + back[i] * (1 - share)).concat(1);
    }

    function luminance(rgb) {
        const [red, green, blue] = rgb.map((value) => (value <= 10.31475 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    }

    /** As WCAG 2 defines it, from 1 to 21. */
    function contrast(one, other) {
        const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (light + 0.05) / (dark + 0.05);
    }

    function requireText(text, size, front, back) {
        const found = contrast(front, back);
        if (size < 11.99) {
            say('small', text, size.toFixed(1) + ' px');
        }
        if (found < 4.5) {
            say('faint', text, 'contrast ' + found.toFixed(2));
        }
    }

    /** The colour behind an element: that of its ancestors, from the outermost to its own. */
    function behind(element) {
        let back = [255, 255, 255, 1];
        for (const each of ancestors(element).reverse()) {
            back = over(colour(getComputedStyle(each).backgroundColor), 1, back);
        }
        return back;
    }

    function ancestors(element) {
        return element === null ? [] : [element, ...ancestors(element.parentElement)];
    }

    function requireWords(node) {
        const element = node.parentElement;
        const style = getComputedStyle(element);
        const range = document.createRange();
        range.selectNodeContents(node);
        const boxes = [...range.getClientRects()];
        if (node.textContent.trim() === '' || boxes.length === 0 || element.closest('script, style, title, noscript')) {
            return;
        }
        const drawn = element.closest('svg') !== null;
        const size = parseFloat(style.fontSize) * (drawn ? element.getScreenCTM().a : 1);
        const opacity = ancestors(element).reduce((product, each) => product * getComputedStyle(each).opacity, 1);
        const back = behind(element);
        requireText(node.textContent, size, over(colour(drawn ? style.fill : style.color), opacity, back), back);
        const frames = ancestors(element).filter((each) => getComputedStyle(each).overflowX !== 'visible').map((each) => each.getBoundingClientRect());
        for (const frame of [{ left: 0, right: innerWidth }, ...frames]) {
            if (boxes.some((box) => box.left < frame.left - 1 || box.right > frame.right + 1)) {
                say('cut', node.textContent, 'at ' + frame.left + ' or ' + frame.right);
            }
        }
    }

    /** Where a mark of a chart stands, and whether it is turned. */
    function place(mark) {
        const box = mark.getBoundingRect().clone();
        const matrix = mark.getComputedTransform();
        if (matrix) {
            box.applyTransform(matrix);
        }
        return { left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height, turned: Boolean(matrix) && Math.abs(matrix[1]) > 1e-3 };
    }

    function requireChart(chart) {
        const element = chart.getDom();
        const marks = chart.getZr().storage.getDisplayList(true);
        const card = behind(element.querySelector('canvas'));
        const seen = [];
        marks.forEach((mark, i) => {
            const text = mark.type === 'tspan' ? mark.style.text : '';
            if (text.trim() === '' || mark.invisible) {
                return;
            }
            const box = place(mark);
            const x = (box.left + box.right) / 2;
            const y = (box.top + box.bottom) / 2;
            const back = marks.slice(0, i)
                .filter((below) => below.type === 'rect' && !below.invisible && colourOf(below) && below.contain(x, y))
                .reduce((under, below) => over(colour(below.style.fill), below.style.opacity ?? 1, under), card);
            requireText(text, Number(/([\d.]+)px/.exec(mark.style.font)[1]), over(colour(mark.style.fill), mark.style.opacity ?? 1, back), back);
            if (box.left < -1 || box.top < -1 || box.right > chart.getWidth() + 1 || box.bottom > chart.getHeight() + 1) {
                say('cut', text, 'by its chart');
            }
            if (/(\.\.\.|\u2026)$/.test(text)) {
                say('cut', text, 'to its width');
            }
            for (const other of seen) {
                const apart = box.left > other.right - 1 || other.left > box.right - 1 || box.top > other.bottom - 2 || other.top > box.bottom - 2;
                if (!apart && !(box.turned && other.turned)) {
                    say('over each other', text, 'and "' + other.text + '"');
                }
            }
            seen.push({ ...box, text: text });
        });
        requireFull(element);
        requireSpread(chart);
    }

    function colourOf(mark) {
        return typeof mark.style.fill === 'string' && mark.style.fill !== 'none' && mark.style.fill !== 'transparent';
    }

    /** Something is drawn in most columns and rows of pixels of each half of a chart. */
    function requireFull(element) {
        const box = element.getBoundingClientRect();
        const copy = new OffscreenCanvas(Math.round(box.width), Math.round(box.height));
        const context = copy.getContext('2d', { willReadFrequently: true });
        element.querySelectorAll('canvas').forEach((canvas) => context.drawImage(canvas, 0, 0, copy.width, copy.height));
        const pixels = context.getImageData(0, 0, copy.width, copy.height).data;
        const columns = new Array(copy.width).fill(0);
        const rows = new Array(copy.height).fill(0);
        for (let i = 0; i < pixels.length / 4; i++) {
            if (pixels[4 * i + 3] > 0) {
                columns[i % copy.width] = 1;
                rows[Math.floor(i / copy.width)] = 1;
            }
        }
        const share = (part) => part.reduce((sum, one) => sum + one, 0) / part.length;
        for (const [name, lines] of [['left or right', columns], ['top or bottom', rows]]) {
            const middle = lines.length / 2;
            if (Math.min(share(lines.slice(0, middle)), share(lines.slice(middle))) < 0.5) {
                say('empty half', element.getAttribute('aria-label') || 'chart', name);
            }
        }
    }

    /** The lines of each panel extend over more than half of both axes. */
    function requireSpread(chart) {
        const ends = new Map();
        chart.getModel().eachSeriesByType('line', (series) => {
            for (const axis of series.coordinateSystem.getAxes()) {
                const found = series.getData().getApproximateExtent(axis.dim);
                const known = ends.get(axis) || [Infinity, -Infinity];
                ends.set(axis, [Math.min(known[0], found[0]), Math.max(known[1], found[1])]);
            }
        });
        for (const [axis, [least, most]] of ends) {
            const [from, to] = axis.scale.getExtent();
            if (most - least < (to - from) / 2) {
                say('empty half', chart.getDom().getAttribute('aria-label') || 'chart', axis.dim + ' from ' + from + ' to ' + to + ', lines from ' + least + ' to ' + most);
            }
        }
    }

    /** What a figure shows is more than half as wide as the figure. */
    function requireWide(figure) {
        const boxes = [...figure.querySelectorAll('canvas, svg, li')].map((each) => each.getBoundingClientRect());
        const width = Math.max(...boxes.map((box) => box.right)) - Math.min(...boxes.map((box) => box.left));
        if (boxes.length > 0 && width < figure.clientWidth / 2) {
            say('empty half', figure.textContent, 'content is ' + width + ' px of ' + figure.clientWidth);
        }
    }

    document.querySelectorAll('figure').forEach(requireWide);
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) {
        requireWords(words.currentNode);
    }
    document.querySelectorAll('.chart').forEach((element) => {
        const chart = window.echarts && echarts.getInstanceByDom(element);
        if (chart) {
            requireChart(chart);
        }
    });
    if (document.documentElement.scrollWidth > innerWidth) {
        say('wider than the window', document.title, document.documentElement.scrollWidth + ' px');
    }
    return [...new Set(flaws)];
})()
