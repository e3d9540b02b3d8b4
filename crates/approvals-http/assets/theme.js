// Before anything is painted: the theme that was chosen here, if one was. Otherwise the system's.
(() => {
  try {
    const theme = localStorage.getItem('theme')
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
  } catch {
    // Nothing can be stored here, so nothing was chosen.
  }
})()
