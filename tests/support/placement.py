"""What stands over a picture of a card, measured in a browser against the picture as drawn."""

# (selector of cards, covers, whether the SVGs say `none`, px that are no fault) -> [[card, what is wrong], ...]
# A picture is drawn with `object-fit` into its box and, unless the SVG says `preserveAspectRatio="none"`, keeps its
# proportions there. `covers`: card -> boxes in fractions of the picture that masks must hide, in each figure.
MEASURE = """([cards, covers, stretched, off]) => {
  const faults = [];
  const drawn = img => {
    const r = img.getBoundingClientRect(), c = getComputedStyle(img), px = n => parseFloat(c[n]);
    let x = r.left + px('borderLeftWidth') + px('paddingLeft'), y = r.top + px('borderTopWidth') + px('paddingTop');
    let w = r.right - px('borderRightWidth') - px('paddingRight') - x, h = r.bottom - px('borderBottomWidth') - px('paddingBottom') - y;
    if (c.objectFit !== 'fill' || !stretched) {
      const scale = Math.min(w / img.naturalWidth, h / img.naturalHeight);
      x += (w - img.naturalWidth * scale) / 2; y += (h - img.naturalHeight * scale) / 2;
      w = img.naturalWidth * scale; h = img.naturalHeight * scale;
    }
    return {x, y, w, h};
  };
  for (const card of document.querySelectorAll(cards)) {
    const name = card.dataset.name || card.id, hidden = covers[name] || [], widths = [];
    const fault = (figure, text) => faults.push([name, figure.parentElement.className + ': ' + text]);
    for (const figure of card.querySelectorAll('.figure')) {
      const img = figure.querySelector('img');
      if (!img || !img.naturalWidth) { fault(figure, 'the picture is missing'); continue; }
      const d = drawn(img), proportion = d.w / d.h / (img.naturalWidth / img.naturalHeight), boxes = [];
      if (Math.abs(proportion - 1) * Math.min(d.w, d.h) > off) fault(figure, 'out of proportion ' + proportion);
      widths.push(d.w);
      for (const e of figure.querySelectorAll('.mask, .ring, .stop')) {
        const r = e.getBoundingClientRect(), s = n => parseFloat(e.style[n]) / 100;
        const x = d.x + s('left') * d.w, y = d.y + s('top') * d.h;
        const worst = Math.max(...[r.left - x, r.top - y, r.right - x - s('width') * d.w, r.bottom - y - s('height') * d.h].map(Math.abs));
        if (!(worst <= off)) fault(figure, e.className + ' is ' + worst.toFixed(1) + ' px off');
        if (e.matches('.mask')) boxes.push(r);
      }
      for (const e of figure.querySelectorAll('svg.route')) {
        const r = e.getBoundingClientRect();
        const worst = Math.max(...[r.left - d.x, r.top - d.y, r.right - d.x - d.w, r.bottom - d.y - d.h].map(Math.abs));
        if (!(worst <= off)) fault(figure, 'the route is ' + worst.toFixed(1) + ' px off');
      }
      if (name.endsWith(' back') && !figure.querySelector('.mask')) continue;  // the whole diagram, below an answer
      for (const [x, y, w, h] of hidden)
        if (!boxes.some(r => r.left <= d.x + x * d.w && r.top <= d.y + y * d.h && r.right >= d.x + (x + w) * d.w && r.bottom >= d.y + (y + h) * d.h))
          fault(figure, 'a hidden node shows');
    }
    const pictures = [...card.querySelectorAll('img')];
    if (!pictures.length) continue;
    if (Math.max(...pictures.map(i => i.getBoundingClientRect().width)) < pictures[0].naturalWidth - 1) faults.push([name, 'no picture is of full size']);
    if (hidden.length && [...card.querySelectorAll('.figure')].filter(f => f.querySelector('.mask')).length < 2) faults.push([name, 'there is no larger picture']);
  }
  return faults;
}"""
