-- Opens the document with the server, prints its diagnostics, applies a quick fix, saves, and prints what is left.
-- Works with Neovim 0.7, which Debian 12 has, and later.

local function show(title)
  local lines = { '== ' .. title }
  for _, found in ipairs(vim.diagnostic.get(0)) do
    table.insert(lines, (found.lnum + 1) .. ' ' .. (found.code or found.user_data.lsp.code))
  end
  io.stderr:write(table.concat(lines, '\n') .. '\n')
end

local function wait(what, condition)
  if not vim.wait(30000, condition, 20) then
    io.stderr:write('== no ' .. what .. '\n')
    vim.cmd('cquit')
  end
end

local client = vim.lsp.start_client({ name = 'hostprocess', cmd = { vim.env.HOSTPROCESS, 'lsp' }, root_dir = vim.fn.getcwd() })
vim.lsp.buf_attach_client(0, client)
wait('diagnostics', function() return #vim.diagnostic.get(0) > 0 end)
local count = #vim.diagnostic.get(0)
show('opened')

vim.fn.search('nt authority', 'w')
local tick = vim.api.nvim_buf_get_changedtick(0)
vim.ui.select = function(items, options, choose)
  io.stderr:write('== chosen\n' .. options.format_item(items[1]) .. '\n')
  choose(items[1], 1)
end
vim.lsp.buf.code_action()
wait('fix', function() return vim.api.nvim_buf_get_changedtick(0) > tick end)
vim.cmd('silent write')
wait('new diagnostics', function() return #vim.diagnostic.get(0) < count end)
show('fixed')
vim.cmd('quitall')
